using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Google.Protobuf;
using Streaming.Cluster.Edge;
using Streaming.Pipeline.Media;

namespace Streaming.Gateway.MediaPlane;

/// <summary>
/// Reads a <see cref="FollowMessage"/> that is a file, with its bytes in a pooled array: the generated parser would make an array of some 100 kB for each
/// part. Protocol Buffers, "Encoding".
/// </summary>
internal static class MediaFileReader
{
    private const uint Media = (FollowMessage.MediaFieldNumber << 3) | (uint)WireFormat.WireType.LengthDelimited;
    private const uint Rendition = (MediaFile.RenditionFieldNumber << 3) | (uint)WireFormat.WireType.LengthDelimited;
    private const uint MediaSequence = (MediaFile.MediaSequenceFieldNumber << 3) | (uint)WireFormat.WireType.Varint;
    private const uint Index = (MediaFile.IndexFieldNumber << 3) | (uint)WireFormat.WireType.Varint;
    private const uint Data = (MediaFile.DataFieldNumber << 3) | (uint)WireFormat.WireType.LengthDelimited;

    /// <summary>Reads it. False when it is another message, or has fields that this node does not know.</summary>
    public static bool TryRead(ReadOnlySequence<byte> message, [NotNullWhen(true)] out FollowEvent.MediaCame? came)
    {
        came = null;
        var reader = new SequenceReader<byte>(message);
        if (!WireReading.TryReadVarint(ref reader, out var tag) || tag != Media
            || !WireReading.TryReadVarint(ref reader, out var length) || length != (ulong)reader.Remaining)
        {
            return false;
        }

        var (rendition, sequence, index) = ("", (long?)null, 0);
        var data = ReadOnlySequence<byte>.Empty;
        while (reader.Remaining > 0)
        {
            if (!WireReading.TryReadVarint(ref reader, out tag))
            {
                return false;
            }

            switch (tag)
            {
                case Rendition when WireReading.TryReadBytes(ref reader, out var name):
                    rendition = Encoding.UTF8.GetString(name);
                    break;
                case MediaSequence when WireReading.TryReadVarint(ref reader, out var number):
                    sequence = unchecked((long)number);
                    break;
                case Index when WireReading.TryReadVarint(ref reader, out var number):
                    index = unchecked((int)number);
                    break;
                case Data when WireReading.TryReadBytes(ref reader, out data):
                    break;
                default:
                    return false;
            }
        }

        came = new(rendition, sequence, index, data.IsSingleSegment ? MediaBuffer.Copy(data.FirstSpan, []) : MediaBuffer.Of(data.ToArray()));
        return true;
    }
}
