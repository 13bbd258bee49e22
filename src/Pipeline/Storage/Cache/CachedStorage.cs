using Microsoft.Extensions.Logging;

namespace Streaming.Pipeline.Storage.Cache;

/// <summary>
/// A storage whose objects are read through a cache on a local disk: an object is fetched once, however many want it, and they get the
/// file. A disk that fails costs nothing but the cache: objects are then read from the storage, as without it.
/// </summary>
/// <remarks>
/// Whoever wants an object that is being fetched waits for all of it: a segment is some hundred kilobytes. What is opened is a file as a
/// rule, and not always, so that <see cref="HasFiles"/> is the storage's: the live edge is sent from memory and fetched by nobody.
/// </remarks>
public sealed partial class CachedStorage : IMediaStorage, IDisposable
{
    // Each takes a connection and a file; the others wait.
    private const int FetchesAtOnce = 32;

    // Those that wait included, also for nobody any more. Beyond it objects are read from the storage, by whoever wants them and for as
    // long as he does.
    private const int FetchesMax = 256;

    // How long a disk that failed is left alone.
    private static readonly TimeSpan DiskRest = TimeSpan.FromSeconds(10);

    private readonly IMediaStorage _storage;
    private readonly FileCache _cache;
    private readonly TimeProvider _time;
    private readonly StorageInstruments? _instruments;
    private readonly ILogger _logger;
    private readonly Dictionary<string, Task<bool>> _fetches = new(StringComparer.Ordinal);
    private readonly HashSet<string> _overtaken = new(StringComparer.Ordinal); // Fetches that may bring what is not there any more.
    private readonly SemaphoreSlim _fetching = new(FetchesAtOnce);
    private readonly CancellationTokenSource _stopped = new();
    private long _diskFailedAt;

    /// <param name="storage">What is cached.</param>
    /// <param name="folder">Where, on the local disk; made when missing. What is in it is deleted.</param>
    /// <param name="limitBytes">Bytes that the cache may take.</param>
    /// <param name="time">Of the rest that a disk gets which failed.</param>
    /// <param name="logger">Told of a disk that fails.</param>
    /// <param name="instruments">Told of all that is read.</param>
    public CachedStorage(
        IMediaStorage storage,
        string folder,
        long limitBytes,
        TimeProvider time,
        ILogger<CachedStorage> logger,
        StorageInstruments? instruments = null)
    {
        (_storage, _time, _logger, _instruments) = (storage, time, logger, instruments);
        _cache = new FileCache(folder, limitBytes, instruments);
        instruments?.ObserveCache(() => _cache.UsedBytes);
    }

    public long? UsedBytes => _storage.UsedBytes;

    public bool HasFiles => _storage.HasFiles;

    public int WritesAtOnce => _storage.WritesAtOnce;

    public async Task WriteAsync(
        string name, IReadOnlyList<ReadOnlyMemory<byte>> content, long epoch, CancellationToken cancellationToken)
    {
        await _storage.WriteAsync(name, content, epoch, cancellationToken).ConfigureAwait(false);
        Forget(name);
    }

    public async Task<Stream?> OpenAsync(string name, CancellationToken cancellationToken)
    {
        StorageName.Check(name);
        if (!IsDiskResting && Open(name) is { } copy)
        {
            _instruments?.CacheAsked("hit");
            return copy;
        }

        var (fetch, isJoined) = IsDiskResting ? default : Fetch(name);
        _instruments?.CacheAsked(fetch is null ? "bypassed" : isJoined ? "joined" : "miss");
        if (fetch is not null && !await fetch.WaitAsync(cancellationToken).ConfigureAwait(false))
        {
            return null;
        }

        // It may have made room already; or is too large; or the disk has failed.
        return (fetch is null ? null : Open(name)) ?? await _storage.OpenAsync(name, cancellationToken).ConfigureAwait(false);
    }

    public async Task DeleteAsync(string name, CancellationToken cancellationToken)
    {
        await _storage.DeleteAsync(name, cancellationToken).ConfigureAwait(false);
        Forget(name);
    }

    public Task<IReadOnlyList<string>> ListFoldersAsync(string folder, CancellationToken cancellationToken) =>
        _storage.ListFoldersAsync(folder, cancellationToken);

    public IAsyncEnumerable<StoredObject> ListAsync(string folder, CancellationToken cancellationToken) =>
        _storage.ListAsync(folder, cancellationToken);

    public async Task DeleteFolderAsync(string folder, CancellationToken cancellationToken)
    {
        await _storage.DeleteFolderAsync(folder, cancellationToken).ConfigureAwait(false);
        _cache.RemoveFolder(folder);
    }

    public Task CheckAsync(CancellationToken cancellationToken) => _storage.CheckAsync(cancellationToken);

    public void Dispose()
    {
        _stopped.Cancel();
        (_storage as IDisposable)?.Dispose();
    }

    private bool IsDiskResting => Volatile.Read(ref _diskFailedAt) is var at and not 0 && _time.GetElapsedTime(at) < DiskRest;

    /// <summary>Another object has the name, or none. What is being fetched under it is not kept.</summary>
    private void Forget(string name)
    {
        lock (_fetches)
        {
            if (_fetches.ContainsKey(name))
            {
                _overtaken.Add(name);
            }
        }

        _cache.Remove(name);
    }

    private FileStream? Open(string name)
    {
        try
        {
            return _cache.Open(name);
        }
        catch (Exception e) when (FileCache.IsOfTheDisk(e))
        {
            Note(e);
            return null;
        }
    }

    /// <summary>
    /// The fetch of an object, which belongs to nobody who waits for it: the one that is under way, or a new one; null when there are too
    /// many.
    /// </summary>
    private (Task<bool>? Fetch, bool IsJoined) Fetch(string name)
    {
        lock (_fetches)
        {
            if (_fetches.TryGetValue(name, out var underWay))
            {
                return (underWay, true);
            }

            if (_cache.Has(name))
            {
                return (Task.FromResult(true), true); // It has come in this moment.
            }

            if (_fetches.Count >= FetchesMax)
            {
                return default;
            }

            var fetch = Task.Run(() => FetchAsync(name), CancellationToken.None);
            _fetches.Add(name, fetch);
            return (fetch, false);
        }
    }

    /// <summary>Brings an object into the cache, if that takes it; false when there is no such object.</summary>
    private async Task<bool> FetchAsync(string name)
    {
        try
        {
            await _fetching.WaitAsync(_stopped.Token).ConfigureAwait(false);
            try
            {
                return await CopyAsync(name).ConfigureAwait(false);
            }
            finally
            {
                _fetching.Release();
            }
        }
        finally
        {
            lock (_fetches)
            {
                _fetches.Remove(name);
                if (_overtaken.Remove(name))
                {
                    _cache.Remove(name);
                }
            }
        }
    }

    private async Task<bool> CopyAsync(string name)
    {
        var content = await _storage.OpenAsync(name, _stopped.Token).ConfigureAwait(false);
        if (content is null)
        {
            return false;
        }

        await using (content.ConfigureAwait(false))
        {
            try
            {
                if (await _cache.AddAsync(name, content, _stopped.Token).ConfigureAwait(false))
                {
                    _instruments?.CacheFetched(content.Length);
                }
            }
            catch (FileCacheException e)
            {
                Note(e);
            }
        }

        return true;
    }

    private void Note(Exception failure)
    {
        _instruments?.CacheFailed();
        if (!IsDiskResting)
        {
            LogFailed(failure.Message, DiskRest);
        }

        Volatile.Write(ref _diskFailedAt, _time.GetTimestamp());
    }

    [LoggerMessage(345, LogLevel.Warning,
        "The disk of the cache failed; stored media is read from the bucket meanwhile, and the disk tried again after {Rest}: {Reason}")]
    private partial void LogFailed(string reason, TimeSpan rest);
}
