using System.Collections.Concurrent;
using Streaming.Pipeline.Storage;
using Streaming.Pipeline.Storage.Memory;

namespace Streaming.Pipeline.Tests.Storage.Cache;

/// <summary>A storage that takes its time, fails when told to, and counts what is opened.</summary>
internal sealed class SlowStorage : IMediaStorage
{
    private readonly MemoryStorage _inner = new(1 << 20);

    /// <summary>Names that were opened, in order.</summary>
    public ConcurrentQueue<string> Opened { get; } = new();

    /// <summary>What is opened waits for this.</summary>
    public TaskCompletionSource? Gate { get; set; }

    /// <summary>What opening fails with.</summary>
    public Exception? Failure { get; set; }

    /// <summary>Makes of what is opened what is read.</summary>
    public Func<Stream, Stream> Wrap { get; set; } = static content => content;

    public long? UsedBytes => null;

    public bool HasFiles => false;

    public int WritesAtOnce => 1;

    public async Task<Stream?> OpenAsync(string name, CancellationToken cancellationToken)
    {
        Opened.Enqueue(name);
        if (Gate is not null)
        {
            await Gate.Task.WaitAsync(cancellationToken);
        }

        return Failure is not null ? throw Failure : await _inner.OpenAsync(name, cancellationToken) is { } content ? Wrap(content) : null;
    }

    public Task WriteAsync(string name, IReadOnlyList<ReadOnlyMemory<byte>> content, long epoch, CancellationToken cancellationToken) =>
        _inner.WriteAsync(name, content, epoch, cancellationToken);

    public Task DeleteAsync(string name, CancellationToken cancellationToken) => _inner.DeleteAsync(name, cancellationToken);

    public Task<IReadOnlyList<string>> ListFoldersAsync(string folder, CancellationToken cancellationToken) =>
        _inner.ListFoldersAsync(folder, cancellationToken);

    public IAsyncEnumerable<StoredObject> ListAsync(string folder, CancellationToken cancellationToken) =>
        _inner.ListAsync(folder, cancellationToken);

    public Task DeleteFolderAsync(string folder, CancellationToken cancellationToken) =>
        _inner.DeleteFolderAsync(folder, cancellationToken);

    public Task CheckAsync(CancellationToken cancellationToken) => _inner.CheckAsync(cancellationToken);
}
