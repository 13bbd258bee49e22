namespace Streaming.Pipeline.Timelines;

/// <summary>
/// A partial segment: one CMAF chunk. RFC 8216bis §4.4.4.9, ISO/IEC 23000-19 §7.3.3.2. What is known of it; the bytes are
/// in the broadcast's media store under <see cref="MediaNames.Part"/>.
/// </summary>
/// <param name="Index">Index within its segment, from 0.</param>
/// <param name="DecodeTime">Decode time of its first sample, in ticks of the track's timescale.</param>
/// <param name="Duration">Duration in ticks of the track's timescale.</param>
/// <param name="Independent">It begins with a sync sample.</param>
/// <param name="Length">Size in bytes.</param>
/// <param name="IsGap">There is no media in it, or none that can be relied upon: its segment is a gap.</param>
public readonly record struct Part(
    int Index, long DecodeTime, long Duration, bool Independent, int Length, bool IsGap = false);
