using System.IO.Pipelines;

namespace Streaming.Pipeline.Transcoding;

/// <summary>
/// What a session reads: pictures as FLV, and beside them where segments begin. One writer, one reader. It is written in the process that has the
/// broadcast (<see cref="TranscodeFeed"/>), or with what came from there (<see cref="ReceivedFeed"/>).
/// </summary>
public abstract class RunFeed
{
    private readonly Pipe _pipe;
    private readonly SourcePlaces[] _places;
    private long _written;
    private long _taken;
    private long _newestPresentationTime = long.MinValue;

    private protected RunFeed(TranscodeRun run, PipeOptions options)
    {
        _pipe = new(options);
        _places = [.. run.Rungs.Select(static _ => new SourcePlaces())];
    }

    /// <summary>Presentation time of the newest picture written, in 90 kHz ticks.</summary>
    public long NewestPresentationTime => Volatile.Read(ref _newestPresentationTime);

    /// <summary>Bytes that have not been taken yet.</summary>
    public long BacklogBytes => Volatile.Read(ref _written) - Volatile.Read(ref _taken);

    internal PipeReader Reader => _pipe.Reader;

    private protected PipeWriter Writer => _pipe.Writer;

    /// <summary>Ends the run where it stands.</summary>
    public void Abort() => Writer.Complete(new OperationCanceledException("The run was given up."));

    internal SourcePlaces PlacesFor(int rung) => _places[rung];

    internal void Took(long bytes) => Interlocked.Add(ref _taken, bytes);

    private protected void Wrote(long bytes, long newestPresentationTime)
    {
        Interlocked.Add(ref _written, bytes);
        Volatile.Write(ref _newestPresentationTime, newestPresentationTime);
    }

    private protected void Mark(SegmentMark mark)
    {
        foreach (var places in _places)
        {
            places.Add(mark);
        }
    }

    private protected void Place(SamplePlace place)
    {
        foreach (var places in _places)
        {
            places.Add(place);
        }
    }

    /// <summary>All places and marks that are there, which go elsewhere in whole. Places first: whoever wrote one has written the mark before it.</summary>
    private protected (List<SamplePlace> Places, List<SegmentMark> Marks) TakePlaces()
    {
        var (places, marks) = _places[0].TakeAll();
        foreach (var other in _places.AsSpan(1))
        {
            other.TakeAll();
        }

        return (places, marks);
    }
}
