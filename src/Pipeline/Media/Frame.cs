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
    ReadOnlyMemory<byte> Data)
{
    /// <summary>
    /// Of a picture that is no IDR picture and at which decoding can begin all the same: frames after it from which on everything is
    /// right, 0 for the I picture of an open group of pictures, more where intra macroblocks move across the picture. Null
    /// elsewhere. recovery_frame_cnt of ITU-T H.264 §D.2.8.
    /// </summary>
    public int? RecoveryFrames { get; init; }

    /// <summary>Decoding can begin here.</summary>
    public bool IsEntry => IsSync || RecoveryFrames is not null;
}
