using FsCheck;
using FsCheck.Fluent;
using Streaming.Pipeline.Codecs.Avc;

namespace Streaming.Pipeline.Tests.Codecs.Avc;

public class SequenceParameterSetTests
{
    /// <summary>
    /// libx264, Main@3.1, 854x480 (54 macroblocks across, cropped by 10), 30 fps; with emulation prevention.
    /// </summary>
    private static readonly byte[] Main854 = Convert.FromHexString("674D401FECA06C1EF3780880000003008000001E078C18CB");

    [Fact]
    public void TryRead_SpsOfLibx264_GivesWhatTheEncoderWasTold()
    {
        Assert.True(SequenceParameterSet.TryRead(Main854, out var sps));

        Assert.Equal("avc1.4d401f", sps!.Codec);
        Assert.Equal((854, 480), (sps.Width, sps.Height));
        Assert.Equal((1, 1), sps.SampleAspectRatio);
        Assert.Equal(30, sps.Timing!.Value.FrameRate);
        Assert.False(sps.MayBeInterlaced);
        Assert.Equal((1, 8, 8), (sps.ChromaFormat, sps.BitDepthLuma, sps.BitDepthChroma));
    }

    [Fact]
    public void TryRead_EveryTruncation_ReadsOrRefuses()
    {
        var whole = new TestSps { ExtendedSar = (40, 33), Timing = (1, 60), HasScalingLists = true }.ToNalUnit();
        for (var length = 0; length < whole.Length; length++)
        {
            if (SequenceParameterSet.TryRead(whole.AsSpan(0, length), out var sps))
            {
                Assert.Equal((320, 192), (sps!.Width, sps.Height));
            }
        }
    }

    [Fact]
    public void TryRead_VuiCutShort_KeepsTheSize()
    {
        var whole = new TestSps { Timing = (1, 60) }.ToNalUnit();

        Assert.True(SequenceParameterSet.TryRead(whole.AsSpan(0, whole.Length - 8), out var sps));

        Assert.Equal((320, 192), (sps!.Width, sps.Height));
        Assert.Null(sps.Timing);
    }

    [Theory]
    [InlineData(1, 12, 11, 12, 11)]
    [InlineData(0, 0, 0, 1, 1)]
    [InlineData(255, 0, 7, 1, 1)]
    [InlineData(255, 65535, 65534, 65535, 65534)]
    public void SampleAspectRatio_ExtendedOrNot_IsNeverZero(int kind, uint width, uint height, int shownWidth, int shownHeight)
    {
        var spec = kind == 0 ? new TestSps { AspectRatioIdc = 0 } : new TestSps { ExtendedSar = (width, height) };

        Assert.True(SequenceParameterSet.TryRead(spec.ToNalUnit(), out var sps));

        Assert.Equal((shownWidth, shownHeight), sps!.SampleAspectRatio);
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(2, 12, 11)]
    [InlineData(14, 4, 3)]
    [InlineData(16, 2, 1)]
    [InlineData(17, 1, 1)]
    public void SampleAspectRatio_Index_IsThatOfTableE1(byte index, int width, int height)
    {
        Assert.True(SequenceParameterSet.TryRead(new TestSps { AspectRatioIdc = index }.ToNalUnit(), out var sps));

        Assert.Equal((width, height), sps!.SampleAspectRatio);
    }

    [Fact]
    public void TryRead_CroppedToNothing_Refuses()
    {
        var all = new TestSps { Crop = (0, 160, 0, 0) };

        Assert.False(SequenceParameterSet.TryRead(all.ToNalUnit(), out _));
        Assert.True(SequenceParameterSet.TryRead((all with { Crop = (0, 159, 0, 0) }).ToNalUnit(), out var sps));
        Assert.Equal(2, sps!.Width);
    }

    [Theory]
    [InlineData(1055, true)]
    [InlineData(1056, false)]
    public void TryRead_WiderThanAnyLevel_Refuses(uint macroblocks, bool accepted) =>
        Assert.Equal(
            accepted,
            SequenceParameterSet.TryRead(new TestSps { MacroblocksAcross = macroblocks }.ToNalUnit(), out _));

    [Fact]
    public void TryRead_OtherNalUnit_Refuses() =>
        Assert.False(SequenceParameterSet.TryRead([0x65, .. Main854.AsSpan(1)], out _));

    [Fact]
    public void Fields_WrittenThenRead_AreTheSame()
    {
        var specs =
            from profile in Gen.Elements<byte>(66, 77, 88, 100, 110, 122, 244)
            from bits in Gen.Choose(0, 255)
            from chroma in Gen.Choose(0, 3)
            from depth in Gen.Choose(8, 14)
            from order in Gen.Choose(0, 2)
            from across in Gen.Choose(8, 400)
            from down in Gen.Choose(8, 400)
            from crop in Gen.Choose(0, 9).Four()
            from sar in Gen.Choose(1, 65535).Two()
            from rate in Gen.OneOf(Gen.Choose(1, 60), Gen.Choose(1, 1_000_000)).Two()
            select new TestSps
            {
                Profile = profile,
                Constraints = (byte)bits,
                Level = (byte)(bits ^ 0x5A),
                Id = (uint)bits & 31,
                ChromaFormat = profile >= 100 ? (uint)chroma : 1,
                BitDepth = profile >= 100 ? (uint)depth : 8,
                HasScalingLists = (bits & 1) != 0,
                PicOrderCntType = (uint)order,
                MacroblocksAcross = (uint)across,
                MapUnitsDown = (uint)down,
                FramesOnly = (bits & 2) != 0,
                Crop = ((uint)crop.Item1, (uint)crop.Item2, (uint)crop.Item3, (uint)crop.Item4),
                ExtendedSar = (bits & 4) != 0 ? ((uint)sar.Item1, (uint)sar.Item2) : null,
                Timing = (bits & 8) != 0 ? ((uint)rate.Item1, (uint)rate.Item2) : null,
            };
        var escaped = 0;
        Prop.ForAll(specs.ToArbitrary(), spec =>
        {
            var nalUnit = spec.ToNalUnit();
            escaped += nalUnit.AsSpan().IndexOf([(byte)0, (byte)0, (byte)3]) >= 0 ? 1 : 0;
            Assert.True(SequenceParameterSet.TryRead(nalUnit, out var sps));

            var fields = spec.FramesOnly ? 1u : 2u;
            var (unitWidth, unitHeight) = spec.ChromaFormat switch { 1 => (2u, 2u), 2 => (2u, 1u), _ => (1u, 1u) };
            Assert.Equal((spec.Profile, spec.Constraints, spec.Level), (sps!.Profile, sps.ConstraintFlags, sps.Level));
            Assert.Equal((spec.Id, spec.ChromaFormat), (sps.Id, (uint)sps.ChromaFormat));
            Assert.Equal((spec.BitDepth, spec.BitDepth), ((uint)sps.BitDepthLuma, (uint)sps.BitDepthChroma));
            Assert.Equal((spec.MacroblocksAcross * 16) - ((spec.Crop.Left + spec.Crop.Right) * unitWidth), (uint)sps.Width);
            Assert.Equal(
                (spec.MapUnitsDown * 16 * fields) - ((spec.Crop.Top + spec.Crop.Bottom) * unitHeight * fields),
                (uint)sps.Height);
            Assert.Equal(spec.FramesOnly, !sps.MayBeInterlaced);
            Assert.Equal(
                ((int)(spec.ExtendedSar?.Width ?? 1), (int)(spec.ExtendedSar?.Height ?? 1)), sps.SampleAspectRatio);
            Assert.Equal(spec.Timing, sps.Timing is { } t ? (t.NumUnitsInTick, t.TimeScale) : null);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));
        Assert.InRange(escaped, 200, 2_000);
    }
}
