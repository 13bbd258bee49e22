namespace Streaming.Pipeline.Tests.Codecs.Avc;

/// <summary>A sequence parameter set by its fields, and the PPS that goes with it.</summary>
internal sealed record TestSps
{
    public byte Profile { get; init; } = 100;
    public byte Constraints { get; init; }
    public byte Level { get; init; } = 31;
    public uint Id { get; init; }
    public uint ChromaFormat { get; init; } = 1;
    public uint BitDepth { get; init; } = 8;
    public bool HasScalingLists { get; init; }
    public uint PicOrderCntType { get; init; }
    public uint MacroblocksAcross { get; init; } = 20;
    public uint MapUnitsDown { get; init; } = 12;
    public bool FramesOnly { get; init; } = true;
    public (uint Left, uint Right, uint Top, uint Bottom) Crop { get; init; }
    public (uint Width, uint Height)? ExtendedSar { get; init; }
    public byte? AspectRatioIdc { get; init; }
    public (uint Units, uint Scale)? Timing { get; init; }

    /// <summary>The PPS 0 of this SPS: CAVLC, nothing special.</summary>
    public static byte[] Pps(byte marker = 0) => [0x68, 0xCE, (byte)(0x38 | marker), 0x80];

    public byte[] ToNalUnit() => [0x67, .. Escape(ToRbsp())];

    private byte[] ToRbsp()
    {
        var writer = new BitWriter().U(8, Profile).U(8, Constraints).U(8, Level).Ue(Id);
        if (Profile is 100 or 110 or 122 or 244)
        {
            writer.Ue(ChromaFormat);
            if (ChromaFormat == 3)
            {
                writer.Flag(false);
            }

            writer.Ue(BitDepth - 8).Ue(BitDepth - 8).Flag(false).Flag(HasScalingLists);
            if (HasScalingLists)
            {
                WriteScalingLists(writer);
            }
        }

        writer.Ue(0).Ue(PicOrderCntType);
        if (PicOrderCntType == 0)
        {
            writer.Ue(4);
        }
        else if (PicOrderCntType == 1)
        {
            writer.Flag(false).Se(-3).Se(2).Ue(2).Se(5).Se(-5);
        }

        writer.Ue(3).Flag(false).Ue(MacroblocksAcross - 1).Ue(MapUnitsDown - 1).Flag(FramesOnly);
        if (!FramesOnly)
        {
            writer.Flag(false);
        }

        writer.Flag(true).Flag(Crop != default);
        if (Crop != default)
        {
            writer.Ue(Crop.Left).Ue(Crop.Right).Ue(Crop.Top).Ue(Crop.Bottom);
        }

        WriteVui(writer);
        return writer.Trailing().ToArray();
    }

    private void WriteScalingLists(BitWriter writer)
    {
        for (var list = 0; list < (ChromaFormat == 3 ? 12 : 8); list++)
        {
            writer.Flag(list % 2 == 0);
            if (list % 4 == 0)
            {
                writer.Se(-8); // The next scale is 0: the rest of the list is the default.
            }
            else if (list % 2 == 0)
            {
                for (var i = 0; i < (list < 6 ? 16 : 64); i++)
                {
                    writer.Se(i % 2 == 0 ? 3 : -2);
                }
            }
        }
    }

    private void WriteVui(BitWriter writer)
    {
        var hasAspectRatio = ExtendedSar is not null || AspectRatioIdc is not null;
        writer.Flag(hasAspectRatio || Timing is not null);
        if (!hasAspectRatio && Timing is null)
        {
            return;
        }

        writer.Flag(hasAspectRatio);
        if (ExtendedSar is { } sar)
        {
            writer.U(8, 255).U(16, sar.Width).U(16, sar.Height);
        }
        else if (AspectRatioIdc is { } index)
        {
            writer.U(8, index);
        }

        writer.Flag(true).Flag(false); // overscan
        writer.Flag(true).U(3, 5).Flag(true).Flag(true).U(8, 1).U(8, 1).U(8, 1); // video_signal_type
        writer.Flag(true).Ue(0).Ue(0); // chroma_loc
        writer.Flag(Timing is not null);
        if (Timing is { } timing)
        {
            writer.U(32, timing.Units).U(32, timing.Scale).Flag(true);
        }

        writer.Flag(false).Flag(false).Flag(false).Flag(false);
    }

    private static byte[] Escape(byte[] rbsp)
    {
        var escaped = new List<byte>();
        var zeros = 0;
        foreach (var value in rbsp)
        {
            if (zeros == 2 && value <= 3)
            {
                escaped.Add(3);
                zeros = 0;
            }

            escaped.Add(value);
            zeros = value == 0 ? zeros + 1 : 0;
        }

        return [.. escaped];
    }
}
