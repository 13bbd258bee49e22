using System.Runtime.InteropServices;
using Streaming.Pipeline.Isobmff;
using Streaming.Pipeline.Media;

namespace Streaming.Pipeline.Cmaf;

/// <summary>
/// Collects the samples of one part and writes them as one CMAF chunk: a moof and its mdat. ISO/IEC 23000-19 §7.3.2.3.
/// Reusable for one part of a track after the other; not for several threads at once.
/// </summary>
/// <remarks>
/// Each payload is copied twice: into a pooled buffer as it arrives, because the sample is borrowed, and into the chunk
/// once the number and sizes of the samples are known. The second copy buys an array of about the chunk's size, which is
/// in memory for as long as the part is at the live edge: leaving room for the moof in front of a growing
/// buffer would save the copy (some microseconds for a part) and keep up to twice the memory instead. Both arrays are the
/// pool's: as many parts leave the live edge as come.
/// <para>
/// There is no styp in front of the chunk, so that a segment is its parts one after the other, byte for byte: neither
/// HLS nor DASH nor CMAF asks for one.
/// </para>
/// </remarks>
public sealed class CmafChunkBuilder
{
    /// <summary>
    /// Bytes of payload that a chunk may hold. A part of a third of a second at 100 Mbit/s has 4 MB; what comes near
    /// the limit is a timeline that stands still.
    /// </summary>
    public const int PayloadLengthMax = 64 * 1024 * 1024;

    /// <summary>Samples that a chunk may hold.</summary>
    public const int SampleCountMax = 16 * 1024;

    private readonly List<TrunSample> _samples = [];
    private readonly PooledBuffer _payload = new();
    private readonly BoxWriter _writer = new();
    private long _lastDecodeTime;
    private bool _isIndependent;

    public CmafChunkBuilder(TrackConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        Configuration = configuration;
    }

    /// <summary>The track that the samples belong to.</summary>
    public TrackConfiguration Configuration { get; }

    /// <summary>Samples so far.</summary>
    public int Count => _samples.Count;

    /// <summary>Bytes of the samples so far.</summary>
    public int PayloadLength => _payload.Length;

    /// <summary>Decode time of the first sample; of no meaning while there is none.</summary>
    public long DecodeTime { get; private set; }

    /// <summary>The first sample is a sync sample, and nothing refers to what is before it.</summary>
    public bool Independent => Count > 0 && _isIndependent;

    /// <summary>Adds a sample, copying its payload.</summary>
    /// <exception cref="ArgumentException">
    /// The sample has no payload, a negative decode time, or one that is not after the sample before it: every sample
    /// has a positive duration, which is the distance to the next. The builder is unchanged.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// The chunk is full: <see cref="PayloadLengthMax"/>, <see cref="SampleCountMax"/>. The builder is unchanged.
    /// </exception>
    public void Add(in Sample sample)
    {
        if (sample.Data.IsEmpty)
        {
            throw new ArgumentException($"The sample at {sample.DecodeTime} has no payload.", nameof(sample));
        }

        if (Count == SampleCountMax || sample.Data.Length > PayloadLengthMax - _payload.Length)
        {
            throw new InvalidOperationException(
                $"{Count} samples of {_payload.Length} bytes leave no room for one of {sample.Data.Length} bytes.");
        }

        if (Count == 0)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(sample.DecodeTime, nameof(sample));
            DecodeTime = sample.DecodeTime;
            _isIndependent = sample.IsSync;
        }
        else
        {
            EndLastSample(sample.DecodeTime, nameof(sample));
        }

        sample.Data.Span.CopyTo(_payload.Append(sample.Data.Length));
        _samples.Add(new(
            Duration: 0, // until the next sample or the end of the chunk is known
            sample.Data.Length,
            SampleFlags.Of(sample),
            sample.CompositionOffset));
        _lastDecodeTime = sample.DecodeTime;
    }

    /// <summary>Writes the chunk and begins anew.</summary>
    /// <param name="sequenceNumber">The movie fragment's number; it should grow along the track.</param>
    /// <param name="endDecodeTime">
    /// Where the last sample ends: the decode time of the first one of the next chunk.
    /// </param>
    /// <returns>The chunk; the caller has the hold.</returns>
    /// <exception cref="ArgumentException">
    /// <paramref name="endDecodeTime"/> is not after the last sample's decode time. The builder is unchanged.
    /// </exception>
    /// <exception cref="InvalidOperationException">There are no samples.</exception>
    public MediaBuffer Complete(uint sequenceNumber, long endDecodeTime)
    {
        if (Count == 0)
        {
            throw new InvalidOperationException("A chunk has at least one sample.");
        }

        EndLastSample(endDecodeTime, nameof(endDecodeTime));
        WriteMoof(sequenceNumber);
        MdatBox.WriteHeader(_writer, _payload.Length);

        var chunk = MediaBuffer.Copy(_writer.Written, _payload.Written);
        Clear();
        return chunk;
    }

    /// <summary>Forgets the samples.</summary>
    public void Clear()
    {
        _samples.Clear();
        _payload.Release();
        _writer.Release();
    }

    private void WriteMoof(uint sequenceNumber)
    {
        var samples = CollectionsMarshal.AsSpan(_samples);
        var defaults = SampleDefaults.Of(samples);
        var moofStart = _writer.Length;
        using (_writer.Open("moof"u8))
        {
            new MfhdBox(sequenceNumber).Write(_writer);
            using (_writer.Open("traf"u8))
            {
                new TfhdBox(CmafHeader.TrackId, defaults).Write(_writer);
                new TfdtBox(DecodeTime).Write(_writer);
                new TrunBox(samples, defaults).Write(_writer, moofStart);
            }
        }
    }

    /// <summary>Gives the last sample the duration that ends it at <paramref name="decodeTime"/>.</summary>
    private void EndLastSample(long decodeTime, string parameterName)
    {
        if (decodeTime <= _lastDecodeTime || decodeTime - _lastDecodeTime > uint.MaxValue)
        {
            throw new ArgumentException(
                $"Decode time {decodeTime} is not between 1 and {uint.MaxValue} ticks after {_lastDecodeTime}.",
                parameterName);
        }

        ref var last = ref CollectionsMarshal.AsSpan(_samples)[^1];
        last = last with { Duration = (uint)(decodeTime - _lastDecodeTime) };
    }
}
