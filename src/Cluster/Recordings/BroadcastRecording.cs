using System.Collections.Concurrent;
using System.Data.Common;
using Streaming.Pipeline.Media;
using Streaming.Pipeline.Timelines;

namespace Streaming.Cluster.Recordings;

/// <summary>What becomes of a broadcast's media.</summary>
internal enum RecordingFate
{
    /// <summary>The broadcast is under way, or its end could not be written yet.</summary>
    Open,

    /// <summary>It is a recording, or another node's by now.</summary>
    Kept,

    /// <summary>It is none, and its media is to go.</summary>
    Gone,
}

/// <summary>
/// A broadcast's own page of the journal while it is under way here. One that is not to be kept has one too: so what a crash leaves of
/// it is known to go. While the journal takes nothing, what is to be written waits here in its order, and is written when the library
/// finds that it does again.
/// </summary>
public sealed class BroadcastRecording
{
    /// <summary>Segments that may wait for the journal: what comes after is not written, and so is missing from the recording.</summary>
    public const int WaitingMax = 10_000;

    // What is written in one transaction.
    private const int BatchMax = 200;

    private readonly RecordingLibrary _library;
    private readonly Func<RecordingJournal, Task<long>> _begin;
    private readonly ConcurrentDictionary<int, Period> _periods = new();
    private readonly OneAtATime _writing = new();
    private readonly Queue<StoredSegment> _waiting = new(); // Its own lock, which nobody holds for long.
    private bool _hasBegun;
    private volatile DbException? _failure; // What the newest try to write failed of.
    private volatile bool _isOvertaken;
    private long _sizeBytes;
    private long _releasedBefore;
    private int _missing;

    internal BroadcastRecording(
        RecordingLibrary library, string id, string channel, TimeSpan targetDuration, TimeSpan partTarget, long epoch, bool isKept)
    {
        _library = library;
        Id = id;
        Channel = channel;
        Epoch = epoch;
        IsKept = isKept;
        _begin = async journal =>
        {
            if (!isKept)
            {
                await journal.LeaveAsync(id).ConfigureAwait(false);
            }

            return await journal.BeginAsync(id, channel, targetDuration, partTarget, epoch).ConfigureAwait(false);
        };
    }

    /// <summary>The broadcast's id.</summary>
    public string Id { get; }

    /// <summary>It is to become a recording.</summary>
    public bool IsKept { get; }

    /// <summary>Of the claim that it is written under.</summary>
    internal long Epoch { get; }

    internal string Channel { get; }

    /// <summary>Bytes of its segments in storage, those of earlier origins included.</summary>
    internal long SizeBytes => Interlocked.Read(ref _sizeBytes);

    /// <summary>Media sequence number before which nobody can play it live any more.</summary>
    internal long ReleasedBefore => Interlocked.Read(ref _releasedBefore);

    /// <summary>That its beginning is let go of was logged.</summary>
    internal bool IsCut { get; set; }

    /// <summary>Nothing more will be stored.</summary>
    internal bool IsOver { get; private set; }

    /// <summary>Its channel was deleted.</summary>
    internal bool IsUnwanted { get; set; }

    /// <summary>The journal took nothing when it was tried last, so that something waits.</summary>
    internal bool IsWaiting => _failure is not null;

    internal RecordingFate Fate { get; set; }

    /// <summary>A period begins. From the broadcast's graph; nothing is written yet.</summary>
    public void Add(Period period) => _periods[period.Index] = period;

    /// <summary>
    /// Writes that there is such a broadcast. From the archive, before its first file; once more does nothing. Where the journal takes
    /// nothing now, it waits.
    /// </summary>
    /// <exception cref="OvertakenException">Another node is its origin, or its channel's, by now.</exception>
    public Task BeginAsync() => _hasBegun && !_isOvertaken ? Task.CompletedTask : TryWriteAsync();

    /// <summary>
    /// A segment of a period that was added is in storage. From the archive; returns when it is written, or waits for the journal.
    /// </summary>
    /// <exception cref="OvertakenException">Another node is its origin, or its channel's, by now.</exception>
    /// <exception cref="DbException">
    /// The journal takes nothing, and too much waits for it: the segment will be missing. An <see cref="IOException"/> where it is too slow.
    /// </exception>
    public Task AddAsync(string rendition, Segment segment, TrackConfiguration configuration, double frameRate)
    {
        var period = _periods[segment.Boundary.Period];
        lock (_waiting)
        {
            if (_waiting.Count >= WaitingMax)
            {
                throw _failure ?? new IOException($"The journal of recordings is {WaitingMax} segments behind.") as Exception;
            }

            _waiting.Enqueue(new StoredSegment(rendition, segment, configuration, period, frameRate));
        }

        Interlocked.Add(ref _sizeBytes, segment.Length);
        return TryWriteAsync();
    }

    /// <summary>A file could not be stored. From anywhere; it is written with the next segment, or with the end.</summary>
    public void Miss() => Interlocked.Increment(ref _missing);

    /// <summary>
    /// What lies before that media sequence number cannot be played live any more: where recordings take too much space, it may
    /// be let go of. From the broadcast's graph: a number is left, nothing is waited for.
    /// </summary>
    public void Release(long mediaSequence) => Interlocked.Exchange(ref _releasedBefore, mediaSequence);

    /// <summary>
    /// The broadcast is over and nothing more will be stored. It is a recording, unless it has no segment. Where the journal takes
    /// nothing now, the library tries again.
    /// </summary>
    public Task EndAsync()
    {
        IsOver = true;
        return _library.EndAsync(this);
    }

    /// <summary>
    /// The broadcast goes on at another node, which keeps its page from now on: nothing more is stored here, and that is not its end. What the journal says of
    /// it stays.
    /// </summary>
    public void LetGo()
    {
        IsOver = true;
        _library.LetGo(this);
    }

    /// <summary>It is no recording, and its files may go now. False while nobody knows.</summary>
    internal bool IsGone => Fate == RecordingFate.Gone;

    /// <summary>Deletes its files.</summary>
    internal Task DeleteAsync() => _library.DeleteAsync(this);

    /// <summary>Room was made of it.</summary>
    internal void Free(long bytes) => Interlocked.Add(ref _sizeBytes, -bytes);

    /// <summary>Writes what waits.</summary>
    /// <exception cref="DbException">The journal takes nothing now.</exception>
    /// <exception cref="OvertakenException">Another node is its origin, or its channel's, by now.</exception>
    internal Task WriteAsync() => _writing.DoAsync(async () =>
    {
        try
        {
            await WriteWaitingAsync().ConfigureAwait(false);
            _failure = null;
        }
        catch (DbException e)
        {
            _failure = e;
            throw;
        }
        catch (Exception e)
        {
            // It would fail each time. Epochs only grow: who is overtaken stays so.
            _isOvertaken |= e is OvertakenException;
            Drop();
            throw;
        }
    });

    private void Drop()
    {
        _failure = null;
        lock (_waiting)
        {
            Interlocked.Add(ref _missing, _waiting.Count);
            _waiting.Clear();
        }
    }

    /// <summary>The same for who has to go on: while the journal is known to take nothing, it is not tried.</summary>
    private async Task TryWriteAsync()
    {
        if (_failure is not null)
        {
            return;
        }

        try
        {
            await WriteAsync().ConfigureAwait(false);
        }
        catch (DbException e)
        {
            _library.TellBehind(this, e);
        }
    }

    private async Task WriteWaitingAsync()
    {
        if (_isOvertaken)
        {
            throw new OvertakenException(Id);
        }

        if (!_hasBegun)
        {
            Interlocked.Add(ref _sizeBytes, await _begin(_library.Journal).ConfigureAwait(false));
            _hasBegun = true;
        }

        while (Next() is { Count: > 0 } batch)
        {
            await _library.Journal.AddAsync(Id, batch, Epoch).ConfigureAwait(false);
            lock (_waiting)
            {
                for (var written = 0; written < batch.Count; written++)
                {
                    _waiting.Dequeue();
                }
            }
        }

        await NoteMissingAsync().ConfigureAwait(false);
    }

    private List<StoredSegment> Next()
    {
        lock (_waiting)
        {
            return [.. _waiting.Take(BatchMax)];
        }
    }

    private async Task NoteMissingAsync()
    {
        var missing = Interlocked.Exchange(ref _missing, 0);
        if (missing == 0)
        {
            return;
        }

        try
        {
            await _library.Journal.AddMissingAsync(Id, missing).ConfigureAwait(false);
        }
        catch
        {
            Interlocked.Add(ref _missing, missing);
            throw;
        }
    }
}
