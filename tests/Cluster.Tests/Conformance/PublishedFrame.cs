using Streaming.Pipeline.Flv;

namespace Streaming.Cluster.Tests.Conformance;

/// <summary>An access unit or an AAC frame as it stands in an FLV tag, read without the platform's demuxer.</summary>
internal sealed record PublishedFrame(long DecodeMs, long PresentationMs, ReadOnlyMemory<byte> Data)
{
    private const int AvcHeaderLength = 5;
    private const int AacHeaderLength = 2;

    public static IReadOnlyList<PublishedFrame> VideoOf(IEnumerable<FlvTag> tags) =>
    [
        .. tags.Where(tag => tag.Type == FlvTagType.Video && tag.Body.Span[1] == 1).Select(tag => new PublishedFrame(
            tag.TimestampMs, tag.TimestampMs + CompositionOffset(tag.Body.Span), tag.Body[AvcHeaderLength..])),
    ];

    public static IReadOnlyList<PublishedFrame> AudioOf(IEnumerable<FlvTag> tags) =>
    [
        .. tags.Where(tag => tag.Type == FlvTagType.Audio && tag.Body.Span[1] == 1).Select(tag => new PublishedFrame(
            tag.TimestampMs, tag.TimestampMs, tag.Body[AacHeaderLength..])),
    ];

    private static int CompositionOffset(ReadOnlySpan<byte> body) => ((body[2] << 24) | (body[3] << 16) | (body[4] << 8)) >> 8;
}
