using System.Numerics;

namespace Streaming.Pipeline.Isobmff;

/// <summary>
/// Track Fragment Run Box in version 1, whose composition offsets are signed. ISO/IEC 14496-12 §8.8.8, ISO/IEC 23000-19
/// §7.5.17. It must be the last box of its moof, and the mdat must follow at once: its data offset counts on that.
/// </summary>
/// <param name="samples">The samples, at least one.</param>
/// <param name="defaults">What they have in common.</param>
internal readonly ref struct TrunBox(ReadOnlySpan<TrunSample> samples, SampleDefaults defaults)
{
    private const uint DataOffsetPresent = 0x000001;
    private const uint FirstSampleFlagsPresent = 0x000004;
    private const uint SampleDurationPresent = 0x000100;
    private const uint SampleSizePresent = 0x000200;
    private const uint SampleFlagsPresent = 0x000400;
    private const uint SampleCompositionTimeOffsetsPresent = 0x000800;

    private readonly ReadOnlySpan<TrunSample> _samples = samples;

    /// <param name="writer">Where to write it.</param>
    /// <param name="moofStart">Where in <paramref name="writer"/> the enclosing moof begins.</param>
    public void Write(BoxWriter writer, int moofStart)
    {
        var flags = DataOffsetPresent
            | (defaults.FirstFlags is null ? 0 : FirstSampleFlagsPresent)
            | (defaults.Duration is null ? SampleDurationPresent : 0)
            | (defaults.Size is null ? SampleSizePresent : 0)
            | (defaults.Flags is null ? SampleFlagsPresent : 0)
            | (defaults.HasCompositionOffsets ? SampleCompositionTimeOffsetsPresent : 0);
        using (writer.Open("trun"u8, version: 1, flags))
        {
            writer.WriteInt32(_samples.Length);
            writer.WriteInt32(writer.Length + sizeof(int) + RestLength(flags) - moofStart + MdatBox.HeaderLength);
            if (defaults.FirstFlags is { } firstFlags)
            {
                writer.WriteUInt32(firstFlags);
            }

            foreach (ref readonly var sample in _samples)
            {
                WriteSample(writer, sample, flags);
            }
        }
    }

    /// <summary>Length of what follows the data offset.</summary>
    private int RestLength(uint flags) =>
        (((flags & FirstSampleFlagsPresent) == 0 ? 0 : 1) + (SampleFieldCount(flags) * _samples.Length)) * sizeof(uint);

    private static int SampleFieldCount(uint flags) =>
        BitOperations.PopCount(flags & (SampleDurationPresent | SampleSizePresent | SampleFlagsPresent
            | SampleCompositionTimeOffsetsPresent));

    private static void WriteSample(BoxWriter writer, in TrunSample sample, uint flags)
    {
        if ((flags & SampleDurationPresent) != 0)
        {
            writer.WriteUInt32(sample.Duration);
        }

        if ((flags & SampleSizePresent) != 0)
        {
            writer.WriteInt32(sample.Size);
        }

        if ((flags & SampleFlagsPresent) != 0)
        {
            writer.WriteUInt32(sample.Flags);
        }

        if ((flags & SampleCompositionTimeOffsetsPresent) != 0)
        {
            writer.WriteInt32(sample.CompositionOffset);
        }
    }
}
