using Streaming.Pipeline.Media;
using Streaming.Pipeline.Timelines;

namespace Streaming.Pipeline.Cmaf;

/// <summary>
/// Collects one rendition's samples into parts and parts into segments. A part is given out with its last sample; nothing
/// waits for the next one. Times are in ticks of the track's timescale.
/// </summary>
public sealed class CmafPackager
{
    // Encoders tell times in milliseconds: some samples last that much longer together than as many do on the average.
    private const int RoundingsPerSecond = 1000;
    private const int MeanSamples = 32;

    private readonly Action<PackagedMedia> _emit;
    private readonly CmafChunkBuilder _chunk;
    private readonly long _partTarget;
    private readonly long _rounding;
    private SegmentBoundary? _boundary;
    private long _segmentStart;
    private long _end;
    private int _partIndex;
    private uint _sequenceNumber;
    private int _samples;
    private double _mean;

    public CmafPackager(TrackConfiguration configuration, TimeSpan partTarget, Action<PackagedMedia> emit)
    {
        Configuration = configuration;
        _emit = emit;
        _chunk = new CmafChunkBuilder(configuration);
        _partTarget = (long)(partTarget.TotalSeconds * configuration.Timescale);
        _rounding = configuration.Timescale / RoundingsPerSecond;
    }

    /// <summary>The track that it packages; another one needs another packager.</summary>
    public TrackConfiguration Configuration { get; }

    /// <summary>Where the newest sample ends.</summary>
    public long End => _end;

    /// <summary>Ends the segment before, if there is one, and begins the next, both at <paramref name="decodeTime"/>.</summary>
    public void BeginSegment(SegmentBoundary boundary, long decodeTime)
    {
        EndSegment(decodeTime);
        _boundary = boundary;
        _segmentStart = decodeTime;
        _end = decodeTime;
        _partIndex = 0;
    }

    /// <summary>Adds a sample to the segment. Its payload is copied.</summary>
    public void Add(in Sample sample, long duration)
    {
        if (_chunk.Count > 0 && sample.DecodeTime + duration - _chunk.DecodeTime > _partTarget)
        {
            EndPart(sample.DecodeTime); // It is longer than the one before.
        }

        _chunk.Add(sample);
        _end = sample.DecodeTime + duration;

        // Another sample might not fit any more: waiting for it would cost the whole part its duration. Roundings make the
        // part's own mean too long at times, a wrong guess at the beginning that of the newest samples: the shorter counts.
        _samples = Math.Min(_samples + 1, MeanSamples);
        _mean += (duration - _mean) / _samples;
        var length = _end - _chunk.DecodeTime;
        var another = Math.Min(length + (length / (double)_chunk.Count), (_chunk.Count + 1) * _mean) + _rounding;
        if (another > _partTarget)
        {
            EndPart(_end);
        }
    }

    /// <summary>Ends the segment at <paramref name="decodeTime"/>. Nothing happens where none was begun.</summary>
    public void EndSegment(long decodeTime)
    {
        if (_boundary is null)
        {
            return;
        }

        if (_chunk.Count > 0)
        {
            EndPart(Math.Max(decodeTime, _end));
        }

        _emit(new PackagedMedia.SegmentEnded(_boundary, _segmentStart, decodeTime - _segmentStart));
        _boundary = null;
    }

    /// <summary>Gives up the part that is growing.</summary>
    public void Abandon() => _chunk.Clear();

    private void EndPart(long decodeTime)
    {
        var (start, independent) = (_chunk.DecodeTime, _chunk.Independent);
        var data = _chunk.Complete(++_sequenceNumber, decodeTime);
        var part = new Part(_partIndex++, start, decodeTime - start, independent, data.Length);
        _emit(new PackagedMedia.PartMade(_boundary!, _segmentStart, part, data));
    }
}
