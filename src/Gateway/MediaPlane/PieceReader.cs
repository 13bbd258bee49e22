using System.Buffers;
using Google.Protobuf;
using Streaming.Pipeline.Media;

namespace Streaming.Gateway.MediaPlane;

/// <summary>
/// Reads a message whose content is a piece (<c>FedPiece</c>, <c>RungPiece</c>: a description, and runs of bytes), with those bytes in pooled arrays: the generated
/// parser would make an array for each of them.
/// </summary>
internal static class PieceReader
{
    private const uint Description = (1 << 3) | (uint)WireFormat.WireType.LengthDelimited;
    private const uint Data = (2 << 3) | (uint)WireFormat.WireType.LengthDelimited;

    /// <summary>Reads it. False when it is another message, or has fields that this node does not know.</summary>
    /// <param name="message">The message.</param>
    /// <param name="field">Number of the piece in it.</param>
    /// <param name="description">The description's bytes, borrowed from the message.</param>
    /// <param name="data">The runs of bytes, held by the caller.</param>
    public static bool TryRead(
        ReadOnlySequence<byte> message, int field, out ReadOnlySequence<byte> description, out IReadOnlyList<MediaBuffer> data)
    {
        (description, data) = (default, []);
        var reader = new SequenceReader<byte>(message);
        if (!WireReading.TryReadVarint(ref reader, out var tag) || tag != ((uint)field << 3 | (uint)WireFormat.WireType.LengthDelimited)
            || !WireReading.TryReadVarint(ref reader, out var length) || length != (ulong)reader.Remaining)
        {
            return false;
        }

        List<ReadOnlySequence<byte>> runs = [];
        while (reader.Remaining > 0)
        {
            if (!WireReading.TryReadVarint(ref reader, out tag) || tag is not (Description or Data)
                || !WireReading.TryReadBytes(ref reader, out var bytes))
            {
                return false;
            }

            if (tag == Description)
            {
                description = bytes;
            }
            else
            {
                runs.Add(bytes);
            }
        }

        data = [.. runs.Select(static run => run.IsSingleSegment ? MediaBuffer.Copy(run.FirstSpan, []) : MediaBuffer.Of(run.ToArray()))];
        return true;
    }
}
