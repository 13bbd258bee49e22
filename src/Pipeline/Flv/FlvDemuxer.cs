using Streaming.Pipeline.Media;

namespace Streaming.Pipeline.Flv;

/// <summary>
/// Makes frames and configurations out of FLV tags: one for each publication, one for each output of a transcoder.
/// Adobe FLV 10.1 §E.4, Enhanced RTMP v2. What senders do wrong is mended, or dropped and counted; it never throws but
/// for a codec that cannot be served. Not safe for use by several threads.
/// </summary>
public sealed partial class FlvDemuxer
{
    /// <summary>The video configuration in force, null before the first.</summary>
    public VideoConfiguration? Video { get; private set; }

    /// <summary>The audio configuration in force, null before the first.</summary>
    public AudioConfiguration? Audio { get; private set; }

    /// <summary>What the encoder said of itself last.</summary>
    public FlvMetadata? Metadata { get; private set; }

    /// <summary>Reads a tag, which stays the caller's.</summary>
    /// <param name="tag">The tag.</param>
    /// <param name="frame">
    /// The frame, when there is one. Its data is a slice of the tag's body or, if it had to be mended, of a buffer of
    /// the demuxer: valid until the tag is released or another one is read, whichever is first.
    /// </param>
    /// <exception cref="UnsupportedCodecException">The codec is not H.264 or AAC-LC.</exception>
    public FlvContent Read(in FlvTag tag, out Frame frame)
    {
        frame = default;
        _moreAudio = default;
        if (tag.Body.IsEmpty)
        {
            EmptyTags++;
            return FlvContent.Nothing;
        }

        return tag.Type switch
        {
            FlvTagType.Video => ReadVideo(tag, out frame),
            FlvTagType.Audio => ReadAudio(tag, out frame),
            FlvTagType.Script => ReadScript(tag.Body.Span),
            _ => Skip(),
        };
    }

    private FlvContent ReadScript(ReadOnlySpan<byte> body)
    {
        if (!FlvMetadata.TryRead(body, out var metadata))
        {
            return Skip();
        }

        Metadata = metadata;
        return FlvContent.Metadata;
    }
}
