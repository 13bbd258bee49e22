namespace Streaming.Pipeline.Media;

/// <summary>One sample of a track on the broadcast's timeline, in the track's timescale. ISO/IEC 14496-12 §3.1.</summary>
/// <param name="DecodeTime">Decode time in ticks of the track's timescale.</param>
/// <param name="CompositionOffset">Presentation minus decode time in the same ticks; may be negative.</param>
/// <param name="IsSync">A sync sample: decoding can start here.</param>
/// <param name="Data">The payload. Borrowed: whoever keeps it copies it.</param>
public readonly record struct Sample(long DecodeTime, int CompositionOffset, bool IsSync, ReadOnlyMemory<byte> Data)
{
    /// <summary>See <see cref="Frame.RecoveryFrames"/>.</summary>
    public int? RecoveryFrames { get; init; }

    /// <summary>When the sample is shown, in ticks of the track's timescale.</summary>
    public long PresentationTime => DecodeTime + CompositionOffset;
}
