using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Streaming.Pipeline.Storage.Disk;

namespace Streaming.Pipeline.Storage.Spill;

/// <summary>
/// A bucket, and a folder on disk for what it does not take in time. What is there is stored: it is read and listed from there, and brought
/// into the bucket later, in its order. What lies in the folder is all that is known of it, so a restart goes on where the node was killed.
/// While something of a folder waits, what comes for it waits behind it. See
/// docs/decisions/0015-what-the-bucket-does-not-take-waits-on-disk.md.
/// </summary>
public sealed partial class SpillingStorage : IMediaStorage, IDisposable
{
    private readonly IMediaStorage _bucket;
    private readonly DiskStorage _disk;
    private readonly SpillOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly StorageInstruments? _instruments;

    // What waits, and what is known of the bucket, change together.
    private readonly Lock _changing = new();
    private readonly Dictionary<string, SpilledObject> _spilled = new(StringComparer.Ordinal);
    private readonly SpillQueue _queue = new();
    private readonly Channel<bool> _signals = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private long _directBytes;
    private int _waiting;
    private long _waitingBytes;
    private int _refused;
    private IOException? _away; // What it failed of when it was tried last; null when it took something.
    private string? _lastError;
    private DateTimeOffset _lastErrorAt;

    /// <param name="bucket">Where everything belongs; disposed of with this.</param>
    /// <param name="path">The folder on disk; made when missing. What is in it waits.</param>
    /// <param name="options">Bounds and pauses.</param>
    /// <param name="time">Of pauses.</param>
    /// <param name="logger">Told when the bucket takes nothing any more, and when it does again.</param>
    /// <param name="instruments">Told of what goes to the disk.</param>
    public SpillingStorage(
        IMediaStorage bucket,
        string path,
        SpillOptions options,
        TimeProvider time,
        ILogger<SpillingStorage> logger,
        StorageInstruments? instruments = null)
    {
        (_bucket, _options, _time, _logger, _instruments) = (bucket, options, time, logger, instruments);
        _disk = new DiskStorage(path, options.MaxBytes, isFlushed: true);
        foreach (var spilled in LeftIn(path))
        {
            spilled.MayBeInBucket = true;
            Add(spilled);
        }

        instruments?.ObserveSpill(() => (Status is { Since: { } since } waits
            ? (waits.Objects, waits.UsedBytes, time.GetUtcNow() - since)
            : (0, _disk.UsedBytes ?? 0, TimeSpan.Zero)));
    }

    public long? UsedBytes => _bucket.UsedBytes;

    /// <remarks>Some are; what is at the live edge is in memory either way.</remarks>
    public bool HasFiles => false;

    public int WritesAtOnce => _bucket.WritesAtOnce;

    /// <summary>What waits now.</summary>
    public SpillStatus Status
    {
        get
        {
            lock (_changing)
            {
                return new(
                    IsAway, _waiting, _waitingBytes, _refused, _disk.UsedBytes ?? 0, _options.MaxBytes,
                    _waiting == 0 ? null : _spilled.Values.Where(static spilled => !spilled.IsOver).Min(static spilled => spilled.At),
                    _lastError, _lastError is null ? null : _lastErrorAt);
            }
        }
    }

    /// <summary>While nothing waits nobody tries whether the bucket is back but what comes: then it is not known to be away.</summary>
    private bool IsAway => _away is not null && _waiting > 0;

    /// <summary>Whether that object is on disk, and not in the bucket as far as is known. Safe from anywhere.</summary>
    public bool Waits(string name) => Find(name) is not null;

    public async Task WriteAsync(
        string name, IReadOnlyList<ReadOnlyMemory<byte>> content, long epoch, CancellationToken cancellationToken)
    {
        StorageName.Check(name);
        cancellationToken.ThrowIfCancellationRequested();
        long length = 0;
        foreach (var piece in content)
        {
            length += piece.Length;
        }

        var detour = DetourOf(name, length);
        if (detour is null)
        {
            if (await TakesAsync(name, content, epoch, length, cancellationToken).ConfigureAwait(false))
            {
                return;
            }

            detour = "failed";
        }

        var spilled = new SpilledObject(name, epoch, length, _time.GetUtcNow()) { MayBeInBucket = detour == "failed" };
        await SpillAsync(spilled, content, cancellationToken).ConfigureAwait(false);
        _instruments?.Spilled(detour);
    }

    public async Task<Stream?> OpenAsync(string name, CancellationToken cancellationToken)
    {
        StorageName.Check(name);

        // What is on disk no more by then is in the bucket.
        return Find(name) is { } spilled && await _disk.OpenAsync(spilled.NameOnDisk, cancellationToken).ConfigureAwait(false) is { } there
            ? there
            : await _bucket.OpenAsync(name, cancellationToken).ConfigureAwait(false);
    }

    /// <remarks>What was never sent to the bucket needs no bucket to be deleted. While that is away the rest fails at once.</remarks>
    public async Task DeleteAsync(string name, CancellationToken cancellationToken)
    {
        StorageName.Check(name);
        if (Find(name) is { } spilled)
        {
            var isOnDiskAlone = await ForgetAsync([spilled]).ConfigureAwait(false);
            await _disk.DeleteAsync(spilled.NameOnDisk, cancellationToken).ConfigureAwait(false);
            if (isOnDiskAlone)
            {
                return;
            }
        }

        ThrowIfAway();
        await _bucket.DeleteAsync(name, cancellationToken).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<string>> ListFoldersAsync(string folder, CancellationToken cancellationToken)
    {
        var prefix = StorageName.Check(folder) + "/";
        var here = Below(prefix); // First: what goes into the bucket meanwhile is found there.
        var there = await _bucket.ListFoldersAsync(folder, cancellationToken).ConfigureAwait(false);
        return
        [
            .. here.Where(spilled => spilled.Name.IndexOf('/', prefix.Length) > 0)
                .Select(spilled => spilled.Name[prefix.Length..spilled.Name.IndexOf('/', prefix.Length)])
                .Union(there, StringComparer.Ordinal),
        ];
    }

    public IAsyncEnumerable<StoredObject> ListAsync(string folder, CancellationToken cancellationToken)
    {
        var here = Below(StorageName.Check(folder) + "/").ToDictionary(static spilled => spilled.Name, StringComparer.Ordinal);
        return _bucket.ListAsync(folder, cancellationToken)
            .Where(stored => !here.ContainsKey(stored.Name))
            .Concat(here.Values.Select(static spilled => new StoredObject(spilled.Name, spilled.Length)).ToAsyncEnumerable());
    }

    public async Task DeleteFolderAsync(string folder, CancellationToken cancellationToken)
    {
        await ForgetAsync(Below(StorageName.Check(folder) + "/")).ConfigureAwait(false);
        await _disk.DeleteFolderAsync(folder, cancellationToken).ConfigureAwait(false);
        ThrowIfAway();
        await _bucket.DeleteFolderAsync(folder, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Whether it takes objects: also where the bucket fails in passing, as long as the disk has room. What does not mend by itself, such
    /// as a missing permission, is a failure whatever room there is.
    /// </summary>
    public async Task CheckAsync(CancellationToken cancellationToken) => await FindTroubleAsync(cancellationToken).ConfigureAwait(false);

    /// <summary>
    /// As <see cref="CheckAsync"/>; says what is wrong with the bucket where that is not a failure, and null when nothing is.
    /// </summary>
    public async Task<string?> FindTroubleAsync(CancellationToken cancellationToken)
    {
        var failure = await CheckBucketAsync(cancellationToken).ConfigureAwait(false);
        if (failure is null)
        {
            return null;
        }

        if (failure is not StorageUnavailableException { IsPassing: true })
        {
            throw failure;
        }

        try
        {
            await _disk.CheckAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            throw new StorageUnavailableException($"{failure.Message} What waits for it on disk cannot grow: {e.Message}", failure);
        }

        var status = Status;
        return $"{failure.Message} What is to be stored waits on disk meanwhile (files: {status.Objects:N0}; "
            + $"bytes: {status.UsedBytes:N0} of {status.MaxBytes:N0}).";
    }

    public void Dispose() => (_bucket as IDisposable)?.Dispose();

    /// <summary>What an earlier run of the node left, the oldest first.</summary>
    private static IEnumerable<SpilledObject> LeftIn(string path) => new DirectoryInfo(path)
        .EnumerateFiles("*", SearchOption.AllDirectories)
        .Select(file => SpilledObject.Of(
            Path.GetRelativePath(path, file.FullName), file.Length, new DateTimeOffset(file.LastWriteTimeUtc, TimeSpan.Zero)))
        .Where(static spilled => StorageName.IsValid(spilled.Name))
        .OrderBy(static spilled => spilled.At)
        .ThenBy(static spilled => spilled.Name.Length).ThenBy(static spilled => spilled.Name, StringComparer.Ordinal);

    private SpilledObject? Find(string name)
    {
        lock (_changing)
        {
            return _spilled.GetValueOrDefault(name);
        }
    }

    private List<SpilledObject> Below(string prefix)
    {
        lock (_changing)
        {
            return [.. _spilled.Values.Where(spilled => spilled.Name.StartsWith(prefix, StringComparison.Ordinal))];
        }
    }

    /// <summary>Why it is not even tried to send it to the bucket; null when it is, and takes its part of what may be on its way.</summary>
    private string? DetourOf(string name, long length)
    {
        lock (_changing)
        {
            var detour = IsAway ? "away"
                : _queue.Has(SpillQueue.FolderOf(name)) || _spilled.ContainsKey(name) ? "behind"
                : _directBytes > 0 && _directBytes + length > _options.DirectBytesMax ? "backlog"
                : null;
            _directBytes += detour is null ? length : 0;
            return detour;
        }
    }

    /// <summary>Whether the bucket takes it before its deadline.</summary>
    private async Task<bool> TakesAsync(
        string name, IReadOnlyList<ReadOnlyMemory<byte>> content, long epoch, long length, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(_options.DirectDeadline, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            await _bucket.WriteAsync(name, content, epoch, either.Token).ConfigureAwait(false);
            Took();
            return true;
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            Failed(Slow(_options.DirectDeadline, e));
            return false;
        }
        catch (IOException e) when (e is not StorageConflictException)
        {
            Failed(e);
            return false;
        }
        finally
        {
            lock (_changing)
            {
                _directBytes -= length;
            }
        }
    }

    private async Task SpillAsync(
        SpilledObject spilled, IReadOnlyList<ReadOnlyMemory<byte>> content, CancellationToken cancellationToken)
    {
        if (Find(spilled.Name) is { } there)
        {
            if (there.Epoch < spilled.Epoch)
            {
                spilled.MayBeInBucket |= !await ForgetAsync([there]).ConfigureAwait(false);
                await _disk.DeleteAsync(there.NameOnDisk, cancellationToken).ConfigureAwait(false);
            }
            else if (await HasAsync(there, spilled, content, cancellationToken).ConfigureAwait(false))
            {
                return;
            }
        }

        try
        {
            await _disk.WriteAsync(spilled.NameOnDisk, content, epoch: 0, cancellationToken).ConfigureAwait(false);
        }
        catch (StorageFullException e)
        {
            throw new StorageUnavailableException(
                $"What waits on disk for the bucket would pass Streaming:Storage:SpillMaxBytes, {e.LimitBytes:N0} bytes. "
                + Status.LastError,
                e);
        }

        lock (_changing)
        {
            Add(spilled);
        }

        _signals.Writer.TryWrite(true);
    }

    /// <summary>Whether the same bytes are on disk under that name.</summary>
    /// <exception cref="StorageConflictException">Others are.</exception>
    private async Task<bool> HasAsync(
        SpilledObject there, SpilledObject spilled, IReadOnlyList<ReadOnlyMemory<byte>> content, CancellationToken cancellationToken)
    {
        var file = await _disk.OpenAsync(there.NameOnDisk, cancellationToken).ConfigureAwait(false);
        if (file is null)
        {
            return false;
        }

        await using (file.ConfigureAwait(false))
        {
            var bytes = new byte[file.Length];
            await file.ReadExactlyAsync(bytes, cancellationToken).ConfigureAwait(false);
            var from = 0;
            return spilled.Length == bytes.Length && content.All(piece =>
                piece.Span.SequenceEqual(bytes.AsSpan((from += piece.Length) - piece.Length, piece.Length)))
                ? true
                : throw new StorageConflictException(
                    $"Other bytes wait for the bucket under the name {spilled.Name}: they were left as they are.")
                {
                    IsOvertaken = there.Epoch > spilled.Epoch,
                };
        }
    }

    private void Add(SpilledObject spilled)
    {
        _spilled[spilled.Name] = spilled;
        _waiting++;
        _waitingBytes += spilled.Length;
        _queue.Add(spilled);
    }

    /// <summary>It waits no more. Under the lock.</summary>
    private void End(SpilledObject spilled)
    {
        if (!spilled.IsOver)
        {
            spilled.IsOver = true;
            _waiting--;
            _waitingBytes -= spilled.Length;
        }
    }

    /// <summary>
    /// They are to go: none is read or tried any more, and what was under way has ended. Whether the bucket has never seen any of them.
    /// </summary>
    private async Task<bool> ForgetAsync(IReadOnlyList<SpilledObject> gone)
    {
        bool isOnDiskAlone;
        List<Task> trying;
        lock (_changing)
        {
            foreach (var spilled in gone)
            {
                _refused -= spilled.IsOver && _spilled.Remove(spilled.Name) ? 1 : 0;
                _spilled.Remove(spilled.Name);
                End(spilled);
            }

            isOnDiskAlone = !gone.Any(static spilled => spilled.MayBeInBucket);
            trying = [.. gone.Select(static spilled => spilled.Trying?.Task).OfType<Task>()];
        }

        await Task.WhenAll(trying).ConfigureAwait(false);
        return isOnDiskAlone;
    }

    private async Task<IOException?> CheckBucketAsync(CancellationToken cancellationToken)
    {
        lock (_changing)
        {
            if (IsAway)
            {
                return _away; // It is tried all the time.
            }
        }

        using var deadline = new CancellationTokenSource(_options.CheckDeadline, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            await _bucket.CheckAsync(either.Token).ConfigureAwait(false);
            return null;
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            return Slow(_options.CheckDeadline, e);
        }
        catch (IOException e)
        {
            return e;
        }
    }

    private static StorageUnavailableException Slow(TimeSpan deadline, Exception cause) =>
        new($"The bucket took nothing for {deadline.TotalSeconds:0.#} s.", cause) { IsPassing = true };

    private void ThrowIfAway()
    {
        lock (_changing)
        {
            if (IsAway)
            {
                throw new StorageUnavailableException($"Nothing can be deleted in the bucket now. {_away!.Message}", _away);
            }
        }
    }

    private void Took()
    {
        bool wasAway;
        lock (_changing)
        {
            wasAway = _away is not null;
            _away = null;
            _failures = 0;
        }

        if (wasAway)
        {
            LogTakes();
        }
    }

    private void Failed(IOException failure)
    {
        bool wasAway;
        lock (_changing)
        {
            wasAway = _away is not null;
            _away = failure;
            (_lastError, _lastErrorAt) = (failure.Message, _time.GetUtcNow());
        }

        if (!wasAway)
        {
            LogAway(failure.Message);
        }
    }

    [LoggerMessage(130, LogLevel.Warning, "The bucket takes nothing: what is to be stored waits on disk. {Reason}")]
    private partial void LogAway(string reason);

    [LoggerMessage(131, LogLevel.Information, "The bucket takes objects again; what waits on disk follows")]
    private partial void LogTakes();

    [LoggerMessage(132, LogLevel.Information, "Nothing waits on disk for the bucket any more; {Count} objects did")]
    private partial void LogCaughtUp(int count);

    [LoggerMessage(133, LogLevel.Error, "{Name} stays on disk and is not tried again before the next start: {Reason}")]
    private partial void LogRefused(string name, string reason);

    [LoggerMessage(135, LogLevel.Information, "{Name} does not wait any more, and is deleted on disk: {Reason}")]
    private partial void LogOvertaken(string name, string reason);

    [LoggerMessage(134, LogLevel.Error, "{Name} could not be brought into the bucket; it is tried again")]
    private partial void LogBroken(string name, Exception exception);
}
