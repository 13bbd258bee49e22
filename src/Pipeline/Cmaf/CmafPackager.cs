using Streaming.Pipeline.Media;
using Streaming.Pipeline.Timelines;

namespace Streaming.Pipeline.Cmaf;

/// <summary>
/// Collects one rendition's samples into parts and parts into segments. A part is given out with its last sample; nothing
/// waits for the next one. Times are in ticks of the track's timescale.
/// </summary>
/// <remarks>
/// No part is longer than the target, and none but a segment's last shorter than 85 % of it, whatever samples last (RFC 8216bis
/// §4.4.4.9). Where they do not add up to that, the playlist's parts end within a sample: the part that it begins in has all of it,
/// and what follows of it has parts without samples.
/// </remarks>
public sealed class CmafPackager
{
    // Encoders tell times in milliseconds: some samples last that much longer together than as many do on the average.
    private const int RoundingsPerSecond = 1000;
    private const int MeanSamples = 32;

    // What a playlist rounds durations to: none of them may exceed the target.
    private const int DurationUnitsPerSecond = 100_000;

    // The draft's 85 %, and some for rounding.
    private const double PartShareMin = 0.86;

    private readonly Action<PackagedMedia> _emit;
    private readonly CmafChunkBuilder _chunk;
    private readonly long _partTarget;
    private readonly long _partMin;
    private readonly long _rounding;
    private SegmentBoundary? _boundary;
    private long _segmentStart;
    private long _partStart;
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
        _partMin = (long)(_partTarget * PartShareMin);
        _rounding = configuration.Timescale / RoundingsPerSecond;
    }

    /// <summary>The track that it packages; another one needs another packager.</summary>
    public TrackConfiguration Configuration { get; }

    /// <summary>Where the newest sample ends.</summary>
    public long End => _end;

    /// <summary>There are samples in the segment.</summary>
    public bool HasSamples => _chunk.Count > 0 || _partIndex > 0;

    /// <summary>Ends the segment before, if there is one, and begins the next, both at <paramref name="decodeTime"/>.</summary>
    public void BeginSegment(SegmentBoundary boundary, long decodeTime)
    {
        EndSegment(decodeTime);
        _boundary = boundary;
        _segmentStart = decodeTime;
        _partStart = decodeTime;
        _end = decodeTime;
        _partIndex = 0;
    }

    /// <summary>Goes on with a segment of which somebody else has given out parts.</summary>
    public void GoOn(Segment open)
    {
        _boundary = open.Boundary;
        _segmentStart = open.DecodeTime;
        _partIndex = open.Parts.Length;
        _partStart = _end = open.DecodeTime + open.Duration;
    }

    /// <summary>
    /// Ends the segment before, if there is one, and goes on with one whose first parts another packager has made: the next sample begins the next part.
    /// </summary>
    /// <param name="boundary">The segment.</param>
    /// <param name="decodeTime">Where it begins.</param>
    /// <param name="parts">Parts that it has.</param>
    /// <param name="partsEnd">Where they end.</param>
    public void ResumeSegment(SegmentBoundary boundary, long decodeTime, int parts, long partsEnd)
    {
        BeginSegment(boundary, decodeTime);
        (_partIndex, _partStart, _end) = (parts, partsEnd, partsEnd);
    }

    /// <summary>Adds a sample to the segment. Its payload is copied.</summary>
    public void Add(in Sample sample, long duration)
    {
        if (_chunk.Count > 0)
        {
            _end = sample.DecodeTime;
            if (_end + duration - _partStart > _partTarget && _end - _partStart >= _partMin)
            {
                EndPart(_end); // It is longer than the one before.
            }
        }

        _chunk.Add(sample);
        _end = sample.DecodeTime + duration;
        _samples = Math.Min(_samples + 1, MeanSamples);
        _mean += (duration - _mean) / _samples;
        EndFullParts();
    }

    /// <summary>Ends the segment at <paramref name="decodeTime"/>. Nothing happens where none was begun.</summary>
    public void EndSegment(long decodeTime)
    {
        if (_boundary is null)
        {
            return;
        }

        if (HasSamples)
        {
            _end = Math.Max(decodeTime, _end);
            EndFullParts();
            if (_end > _partStart)
            {
                EndPart(_end);
            }
        }

        _emit(new PackagedMedia.SegmentEnded(_boundary, _segmentStart, decodeTime - _segmentStart));
        _boundary = null;
    }

    /// <summary>Gives up the part that is growing.</summary>
    public void Abandon() => _chunk.Clear();

    /// <summary>Ends parts that are as long as they may be, or would be with another sample.</summary>
    private void EndFullParts()
    {
        while (_end - _partStart > _partTarget)
        {
            EndPart(_partStart + _partTarget - (Configuration.Timescale / DurationUnitsPerSecond) - 1);
        }

        if (_end - _partStart >= _partMin && !FitsAnother())
        {
            EndPart(_end);
        }
    }

    // Another sample might not fit any more: waiting for it would cost the whole part its duration. Roundings make the
    // part's own mean too long at times, a wrong guess at the beginning that of the newest samples: the shorter counts.
    private bool FitsAnother()
    {
        var another = _end + _mean;
        if (_chunk.Count > 0)
        {
            var length = _end - _chunk.DecodeTime;
            another = _chunk.DecodeTime + Math.Min(length + (length / (double)_chunk.Count), (_chunk.Count + 1) * _mean);
        }

        return another - _partStart + _rounding <= _partTarget;
    }

    /// <summary>Gives out what there is as the part that ends there in the playlist.</summary>
    private void EndPart(long partEnd)
    {
        var independent = _chunk.Independent;
        var sampleEnd = Math.Max(partEnd, _end);
        var data = _chunk.Count > 0 ? _chunk.Complete(++_sequenceNumber, sampleEnd) : MediaBuffer.Of(EmptySegment.Create(++_sequenceNumber, _end));
        var part = new Part(_partIndex++, _partStart, partEnd - _partStart, independent, data.Length);
        _partStart = partEnd;
        _emit(new PackagedMedia.PartMade(_boundary!, _segmentStart, part, data));
    }
}
