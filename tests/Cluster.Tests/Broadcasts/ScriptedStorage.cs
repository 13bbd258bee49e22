using System.Collections.Concurrent;
using Streaming.Pipeline.Storage;
using Streaming.Pipeline.Storage.Memory;

namespace Streaming.Cluster.Tests.Broadcasts;

/// <summary>A storage that waits or fails when told to.</summary>
internal sealed class ScriptedStorage(IMediaStorage? inner = null) : IMediaStorage
{
    private readonly IMediaStorage _inner = inner ?? new MemoryStorage(1 << 20);
    private int _waiting;

    public ConcurrentQueue<string> Calls { get; } = new();

    /// <summary>What was written, by the epoch that it was written under last.</summary>
    public ConcurrentDictionary<string, long> Epochs { get; } = new();

    /// <summary>Writes wait for this.</summary>
    public TaskCompletionSource? Gate { get; set; }

    /// <summary>A write is waiting.</summary>
    public bool IsWaiting => Waiting > 0;

    /// <summary>Thrown by what touches a name that contains this.</summary>
    public string? FailsOn { get; set; }

    public Exception Failure { get; set; } = new IOException("The disk is gone.");

    public long? UsedBytes => _inner.UsedBytes;

    public bool HasFiles => _inner.HasFiles;

    public int WritesAtOnce { get; init; } = 1;

    /// <summary>Writes that wait.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    public async Task WriteAsync(
        string name, IReadOnlyList<ReadOnlyMemory<byte>> content, long epoch, CancellationToken cancellationToken)
    {
        if (Gate is not null)
        {
            Interlocked.Increment(ref _waiting);
            await Gate.Task;
            Interlocked.Decrement(ref _waiting);
        }

        Touch("write", name);
        Epochs[name] = epoch;
        await _inner.WriteAsync(name, content, epoch, cancellationToken);
    }

    public Task<Stream?> OpenAsync(string name, CancellationToken cancellationToken)
    {
        Touch("open", name);
        return _inner.OpenAsync(name, cancellationToken);
    }

    public Task DeleteAsync(string name, CancellationToken cancellationToken)
    {
        Touch("delete", name);
        return _inner.DeleteAsync(name, cancellationToken);
    }

    public Task<IReadOnlyList<string>> ListFoldersAsync(string folder, CancellationToken cancellationToken)
    {
        Touch("list", folder);
        return _inner.ListFoldersAsync(folder, cancellationToken);
    }

    public IAsyncEnumerable<StoredObject> ListAsync(string folder, CancellationToken cancellationToken)
    {
        Touch("list all", folder);
        return _inner.ListAsync(folder, cancellationToken);
    }

    public Task CheckAsync(CancellationToken cancellationToken) => _inner.CheckAsync(cancellationToken);

    public Task DeleteFolderAsync(string folder, CancellationToken cancellationToken)
    {
        Touch("delete folder", folder);
        return _inner.DeleteFolderAsync(folder, cancellationToken);
    }

    private void Touch(string what, string name)
    {
        Calls.Enqueue($"{what} {name}");
        if (FailsOn is not null && name.Contains(FailsOn, StringComparison.Ordinal))
        {
            throw Failure;
        }
    }
}
