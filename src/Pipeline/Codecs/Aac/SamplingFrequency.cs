namespace Streaming.Pipeline.Codecs.Aac;

/// <summary>Sampling frequencies. ISO/IEC 14496-3 Table 1.18.</summary>
internal static class SamplingFrequency
{
    private const uint Explicit = 0xF;

    private static readonly uint[] ByIndex =
        [96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350];

    /// <summary>The frequency of an index, in Hz; 0 for one that is reserved.</summary>
    public static uint Of(uint index) => index < ByIndex.Length ? ByIndex[index] : 0;

    /// <summary>Whether decoders know it by an index: browsers take no other.</summary>
    public static bool IsStandard(uint frequency) => ByIndex.Contains(frequency);

    /// <summary>Writes the index of a standard frequency, any other one in Hz.</summary>
    public static void Write(BitWriter writer, uint frequency)
    {
        var index = Array.IndexOf(ByIndex, frequency);
        if (index >= 0)
        {
            writer.Write((uint)index, 4);
        }
        else
        {
            writer.Write(Explicit, 4).Write(frequency, 24);
        }
    }

    /// <summary>Reads an index or the frequency itself, in Hz; 0 when it is not one of AAC.</summary>
    public static uint Read(ref BitReader reader)
    {
        var index = reader.Read(4);
        var frequency = index == Explicit ? reader.Read(24) : Of(index);
        return frequency >= ByIndex[^1] && frequency <= ByIndex[0] ? frequency : 0;
    }
}
