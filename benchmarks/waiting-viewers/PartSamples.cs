using System.Buffers.Binary;

namespace Streaming.WaitingViewers;

/// <summary>The samples of a part, read from its moof. ISO/IEC 14496-12 §8.8.</summary>
/// <param name="DecodeTime">Of the first, in ticks of 90 kHz.</param>
/// <param name="Samples">Duration, length and composition offset of each.</param>
internal sealed record PartSamples(long DecodeTime, IReadOnlyList<(long Duration, int Length, int Offset)> Samples)
{
    /// <summary>When a sample is shown, in ticks.</summary>
    public long PresentationTime(int index) => DecodeTime + Samples.Take(index).Sum(sample => sample.Duration) + Samples[index].Offset;

    public static PartSamples Read(ReadOnlySpan<byte> part)
    {
        var moof = Child(part, "moof"u8);
        var traf = Child(moof, "traf"u8);
        var tfhd = Child(traf, "tfhd"u8);
        var (duration, length) = (0u, 0u);
        var flags = BinaryPrimitives.ReadUInt32BigEndian(tfhd) & 0xFFFFFF;
        var at = 8;
        if ((flags & 0x08) != 0)
        {
            duration = BinaryPrimitives.ReadUInt32BigEndian(tfhd[at..]);
            at += 4;
        }

        if ((flags & 0x10) != 0)
        {
            length = BinaryPrimitives.ReadUInt32BigEndian(tfhd[at..]);
        }

        var tfdt = Child(traf, "tfdt"u8);
        var decodeTime = tfdt[0] == 1 ? BinaryPrimitives.ReadInt64BigEndian(tfdt[4..]) : BinaryPrimitives.ReadUInt32BigEndian(tfdt[4..]);
        return new(decodeTime, ReadRun(Child(traf, "trun"u8), duration, length));
    }

    private static List<(long, int, int)> ReadRun(ReadOnlySpan<byte> trun, uint duration, uint length)
    {
        var flags = BinaryPrimitives.ReadUInt32BigEndian(trun) & 0xFFFFFF;
        var count = BinaryPrimitives.ReadInt32BigEndian(trun[4..]);
        var rest = trun[(8 + ((flags & 0x1) != 0 ? 4 : 0) + ((flags & 0x4) != 0 ? 4 : 0))..];
        var samples = new List<(long, int, int)>(count);
        for (var i = 0; i < count; i++)
        {
            var sampleDuration = Field(ref rest, flags & 0x100, duration);
            var sampleLength = Field(ref rest, flags & 0x200, length);
            Field(ref rest, flags & 0x400, 0);
            samples.Add((sampleDuration, (int)sampleLength, (int)Field(ref rest, flags & 0x800, 0)));
        }

        return samples;
    }

    private static uint Field(ref ReadOnlySpan<byte> rest, uint isPresent, uint otherwise)
    {
        if (isPresent == 0)
        {
            return otherwise;
        }

        var value = BinaryPrimitives.ReadUInt32BigEndian(rest);
        rest = rest[4..];
        return value;
    }

    private static ReadOnlySpan<byte> Child(ReadOnlySpan<byte> boxes, ReadOnlySpan<byte> type)
    {
        while (boxes.Length >= 8)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(boxes);
            if (boxes[4..8].SequenceEqual(type))
            {
                return boxes[8..length];
            }

            boxes = boxes[length..];
        }

        throw new InvalidDataException("a part without one of its boxes");
    }
}
