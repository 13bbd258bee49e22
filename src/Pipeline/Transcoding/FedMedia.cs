using Streaming.Pipeline.Media;

namespace Streaming.Pipeline.Transcoding;

/// <summary>A piece of what a run is fed, on its way to the node that works on it.</summary>
/// <param name="Marks">Where segments begin; those of all pictures in it, and maybe of later ones.</param>
/// <param name="Places">Where pictures are decoded, the same.</param>
/// <param name="NewestPresentationTime">Of the newest picture that was written, in 90 kHz ticks.</param>
/// <param name="Flv">Bytes, one after the other, held by who has this.</param>
public sealed record FedMedia(
    IReadOnlyList<SegmentMark> Marks, IReadOnlyList<SamplePlace> Places, long NewestPresentationTime, IReadOnlyList<MediaBuffer> Flv);
