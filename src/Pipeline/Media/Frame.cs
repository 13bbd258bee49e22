namespace Streaming.Pipeline.Media;

/// <summary>
/// One coded picture or audio frame as FLV carries it: on the sender's millisecond clock, before it has a place on the
/// broadcast's timeline (there it becomes a <see cref="Sample"/>).
/// </summary>
/// <param name="Track">The track it belongs to.</param>
/// <param name="TimestampMs">Decode time in ms on the sender's 32-bit clock, which may wrap, jump or restart.</param>
/// <param name="CompositionOffsetMs">Presentation minus decode time in ms; may be negative; 0 for audio.</param>
/// <param name="IsSync">An IDR picture (an AVC access unit with a NAL unit of type 5); always true for audio.</param>
/// <param name="Data">
/// The payload: length-prefixed NAL units as the track's avcC says, or one raw AAC frame. Borrowed: valid until the
/// message that it was read from is released.
/// </param>
public readonly record struct Frame(
    TrackKind Track,
    uint TimestampMs,
    int CompositionOffsetMs,
    bool IsSync,
    ReadOnlyMemory<byte> Data);
