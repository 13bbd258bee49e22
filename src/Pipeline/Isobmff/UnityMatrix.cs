namespace Streaming.Pipeline.Isobmff;

/// <summary>The transformation that leaves the picture as it is. ISO/IEC 14496-12 §6.2.2, §8.2.2.</summary>
internal static class UnityMatrix
{
    public static void Write(BoxWriter writer)
    {
        ReadOnlySpan<uint> matrix = [0x00010000, 0, 0, 0, 0x00010000, 0, 0, 0, 0x40000000];
        foreach (var value in matrix)
        {
            writer.WriteUInt32(value);
        }
    }
}
