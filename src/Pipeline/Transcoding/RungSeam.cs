namespace Streaming.Pipeline.Transcoding;

/// <summary>
/// Where a rung goes on within a segment of which an earlier run has given the beginning. The transcoder decodes the segment from its first picture on, and
/// what was given is left out before it is encoded: so the first picture that comes out is an IDR picture, and the segment can be decoded as a whole.
/// </summary>
/// <param name="MediaSequence">The segment.</param>
/// <param name="Parts">Parts of it that were given.</param>
/// <param name="DecodeTime">Where they end, in 90 kHz ticks.</param>
/// <param name="LastPresentationTime">Presentation time of the last picture in them, in 90 kHz ticks.</param>
public sealed record RungSeam(long MediaSequence, int Parts, long DecodeTime, long LastPresentationTime);
