using System.Collections.Concurrent;
using Streaming.Pipeline.Timelines;

namespace Streaming.Cluster.Recordings;

/// <summary>A broadcast's own page of the journal while it is under way.</summary>
public sealed class BroadcastRecording
{
    private readonly RecordingLibrary _library;
    private readonly string _id;
    private readonly Action<RecordingJournal> _begin;
    private readonly ConcurrentDictionary<int, Period> _periods = new();
    private bool _hasBegun;

    internal BroadcastRecording(
        RecordingLibrary library, string id, string channel, TimeSpan targetDuration, TimeSpan partTarget)
    {
        _library = library;
        _id = id;
        _begin = journal => journal.Begin(id, channel, targetDuration, partTarget);
    }

    /// <summary>A period begins. From the broadcast's loop; nothing is written yet.</summary>
    public void Add(Period period) => _periods[period.Index] = period;

    /// <summary>A segment of a period that was added is in storage. From the archive's loop; returns when it is written.</summary>
    public void Add(string rendition, Segment segment, Pipeline.Media.TrackConfiguration configuration, double frameRate)
    {
        if (!_hasBegun)
        {
            _begin(_library.Journal);
            _hasBegun = true;
        }

        var period = _periods[segment.Boundary.Period];
        _library.Add(_id, new StoredSegment(rendition, segment, configuration, period, frameRate));
    }

    /// <summary>
    /// What lies before that media sequence number cannot be played live any more: where recordings take too much space, it may
    /// be let go of. From the broadcast's loop.
    /// </summary>
    public void Release(long mediaSequence) => _library.Release(_id, mediaSequence);

    /// <summary>The broadcast is over and nothing more will be stored. It is a recording, unless it has no segment.</summary>
    public void End() => _library.End(_id);

    /// <summary>Its files are still needed.</summary>
    public bool IsKept => _library.Find(_id) is not null;
}
