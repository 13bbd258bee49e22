using System.Collections.Concurrent;
using Streaming.Pipeline.Media;
using Streaming.Pipeline.Timelines;

namespace Streaming.Cluster.Recordings;

/// <summary>What becomes of a broadcast's media.</summary>
internal enum RecordingFate
{
    /// <summary>The broadcast is under way, or its end could not be written yet.</summary>
    Open,

    /// <summary>It is a recording.</summary>
    Kept,

    /// <summary>It is none, and its media is to go.</summary>
    Gone,
}

/// <summary>
/// A broadcast's own page of the journal while it is under way. One that is not to be kept has one too: so what a crash leaves of
/// it is known to go.
/// </summary>
public sealed class BroadcastRecording
{
    private readonly RecordingLibrary _library;
    private readonly Action<RecordingJournal> _begin;
    private readonly ConcurrentDictionary<int, Period> _periods = new();
    private bool _hasBegun;
    private long _sizeBytes;
    private long _releasedBefore;
    private int _missing;

    internal BroadcastRecording(
        RecordingLibrary library, string id, string channel, TimeSpan targetDuration, TimeSpan partTarget, long epoch, bool isKept)
    {
        _library = library;
        Id = id;
        IsKept = isKept;
        _begin = journal =>
        {
            if (!isKept)
            {
                journal.Leave(id);
            }

            journal.Begin(id, channel, targetDuration, partTarget, epoch);
        };
    }

    /// <summary>The broadcast's id.</summary>
    public string Id { get; }

    /// <summary>It is to become a recording.</summary>
    public bool IsKept { get; }

    /// <summary>Bytes of its segments in storage.</summary>
    internal long SizeBytes => Interlocked.Read(ref _sizeBytes);

    /// <summary>Media sequence number before which nobody can play it live any more.</summary>
    internal long ReleasedBefore => Interlocked.Read(ref _releasedBefore);

    /// <summary>That its beginning is let go of was logged.</summary>
    internal bool IsCut { get; set; }

    /// <summary>Nothing more will be stored.</summary>
    internal bool IsOver { get; private set; }

    internal RecordingFate Fate { get; set; }

    /// <summary>A period begins. From the broadcast's graph; nothing is written yet.</summary>
    public void Add(Period period) => _periods[period.Index] = period;

    /// <summary>Writes that there is such a broadcast. From the archive, before its first file; once more does nothing.</summary>
    public void Begin()
    {
        if (!_hasBegun)
        {
            _begin(_library.Journal);
            _hasBegun = true;
        }
    }

    /// <summary>A segment of a period that was added is in storage. From the archive; returns when it is written.</summary>
    public void Add(string rendition, Segment segment, TrackConfiguration configuration, double frameRate)
    {
        Begin();
        var period = _periods[segment.Boundary.Period];
        _library.Journal.Add(Id, new StoredSegment(rendition, segment, configuration, period, frameRate));
        Interlocked.Add(ref _sizeBytes, segment.Length);
    }

    /// <summary>A file could not be stored. From anywhere; nothing is written yet.</summary>
    public void Miss() => Interlocked.Increment(ref _missing);

    /// <summary>Writes how many could not be stored, if any could not since it was asked last. From the archive.</summary>
    public void NoteMissing()
    {
        var missing = Interlocked.Exchange(ref _missing, 0);
        if (missing == 0)
        {
            return;
        }

        try
        {
            _library.Journal.AddMissing(Id, missing);
        }
        catch
        {
            Interlocked.Add(ref _missing, missing);
            throw;
        }
    }

    /// <summary>
    /// What lies before that media sequence number cannot be played live any more: where recordings take too much space, it may
    /// be let go of. From the broadcast's graph: a number is left, nothing is waited for.
    /// </summary>
    public void Release(long mediaSequence) => Interlocked.Exchange(ref _releasedBefore, mediaSequence);

    /// <summary>
    /// The broadcast is over and nothing more will be stored. It is a recording, unless it has no segment. Where the journal takes
    /// nothing now, the library tries again.
    /// </summary>
    public void End()
    {
        IsOver = true;
        _library.End(this);
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
}
