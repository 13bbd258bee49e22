using System.Collections.Concurrent;

namespace Streaming.Pipeline.Storage.Memory;

/// <summary>Media files in memory, for nodes without a disk worth writing to. Gone with the process.</summary>
public sealed class MemoryStorage(long limitBytes) : IMediaStorage
{
    private readonly ConcurrentDictionary<string, byte[]> _objects = new(StringComparer.Ordinal);
    private long _usedBytes;

    public long? UsedBytes => Interlocked.Read(ref _usedBytes);

    public bool HasFiles => false;

    public int WritesAtOnce => 1;

    public Task WriteAsync(
        string name, IReadOnlyList<ReadOnlyMemory<byte>> content, long epoch, CancellationToken cancellationToken)
    {
        StorageName.Check(name);
        var data = new byte[content.Sum(piece => piece.Length)];
        if (Interlocked.Add(ref _usedBytes, data.Length) > limitBytes)
        {
            Interlocked.Add(ref _usedBytes, -data.Length);
            throw new StorageFullException(limitBytes);
        }

        var position = 0;
        foreach (var piece in content)
        {
            piece.Span.CopyTo(data.AsSpan(position));
            position += piece.Length;
        }

        byte[]? replaced = null;
        _objects.AddOrUpdate(name, data, (_, old) =>
        {
            replaced = old; // Of the last try, which is the one that succeeds.
            return data;
        });
        Interlocked.Add(ref _usedBytes, -(replaced?.Length ?? 0));
        return Task.CompletedTask;
    }

    public Task<Stream?> OpenAsync(string name, CancellationToken cancellationToken) =>
        Task.FromResult<Stream?>(
            _objects.TryGetValue(StorageName.Check(name), out var data) ? new MemoryStream(data, writable: false) : null);

    public Task DeleteAsync(string name, CancellationToken cancellationToken)
    {
        Delete(StorageName.Check(name));
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<string>> ListFoldersAsync(string folder, CancellationToken cancellationToken)
    {
        var prefix = StorageName.Check(folder) + "/";
        return Task.FromResult<IReadOnlyList<string>>([.. _objects.Keys
            .Where(name => name.StartsWith(prefix, StringComparison.Ordinal) && name.IndexOf('/', prefix.Length) > 0)
            .Select(name => name[prefix.Length..name.IndexOf('/', prefix.Length)])
            .Distinct()]);
    }

    public Task DeleteFolderAsync(string folder, CancellationToken cancellationToken)
    {
        var prefix = StorageName.Check(folder) + "/";
        foreach (var name in _objects.Keys.Where(name => name.StartsWith(prefix, StringComparison.Ordinal)))
        {
            Delete(name);
        }

        return Task.CompletedTask;
    }

    public IAsyncEnumerable<StoredObject> ListAsync(string folder, CancellationToken cancellationToken)
    {
        var prefix = StorageName.Check(folder) + "/";
        return _objects
            .Where(stored => stored.Key.StartsWith(prefix, StringComparison.Ordinal))
            .Select(stored => new StoredObject(stored.Key, stored.Value.Length))
            .ToAsyncEnumerable();
    }

    public Task CheckAsync(CancellationToken cancellationToken) =>
        Interlocked.Read(ref _usedBytes) >= limitBytes ? throw new StorageFullException(limitBytes) : Task.CompletedTask;

    private void Delete(string name)
    {
        if (_objects.TryRemove(name, out var data))
        {
            Interlocked.Add(ref _usedBytes, -data.Length);
        }
    }
}
