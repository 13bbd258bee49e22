using Streaming.Pipeline.Isobmff;

namespace Streaming.Pipeline.Cmaf;

/// <summary>
/// A segment without samples: what DASH players get where a rendition has a gap (HLS players are told by EXT-X-GAP not to
/// ask), and a part in which no sample begins. ISO/IEC 14496-12 §8.8.7.1: duration-is-empty.
/// </summary>
public static class EmptySegment
{
    /// <summary>Writes it.</summary>
    /// <param name="sequenceNumber">The movie fragment's number.</param>
    /// <param name="decodeTime">Where it begins, in ticks of the track's timescale.</param>
    public static byte[] Create(long sequenceNumber, long decodeTime)
    {
        var writer = new BoxWriter();
        using (writer.Open("moof"u8))
        {
            new MfhdBox((uint)sequenceNumber).Write(writer);
            using (writer.Open("traf"u8))
            {
                new TfhdBox(CmafHeader.TrackId, default) { DurationIsEmpty = true }.Write(writer);
                new TfdtBox(decodeTime).Write(writer);
            }
        }

        MdatBox.WriteHeader(writer, payloadLength: 0);
        var segment = writer.Written.ToArray();
        writer.Release();
        return segment;
    }
}
