using System.Text;
using Streaming.Pipeline.Cmaf;
using Streaming.Pipeline.Media;
using Streaming.Pipeline.Tests.Isobmff;

namespace Streaming.Pipeline.Tests.Cmaf;

public sealed class CmafHeaderTests
{
    [Fact]
    public void Header_Video_MatchesGolden() =>
        GoldenFile.AssertMatches("header-video.txt", BoxReader.Dump(CmafHeader.Create(TestTracks.Video)));

    [Fact]
    public void Header_Audio_MatchesGolden() =>
        GoldenFile.AssertMatches("header-audio.txt", BoxReader.Dump(CmafHeader.Create(TestTracks.Audio)));

    [Fact]
    public void Header_Brands_AreCmaf()
    {
        var ftyp = BoxReader.Read(CmafHeader.Create(TestTracks.Video))[0];
        Assert.Equal("ftyp", ftyp.Type);
        Assert.Equal(0u, ftyp.UInt32At(4));
        Assert.Equal("iso6cmfccmf2", Encoding.ASCII.GetString(ftyp.Body.Span[8..]));
    }

    [Fact]
    public void Header_AnyTrack_HasNoEditList()
    {
        Assert.Equal(-1, CmafHeader.Create(TestTracks.Video).AsSpan().IndexOf("edts"u8));
        Assert.Equal(-1, CmafHeader.Create(TestTracks.Audio).AsSpan().IndexOf("edts"u8));
    }

    [Fact]
    public void Header_Track_CountsInItsTimescale()
    {
        var boxes = BoxReader.Read(CmafHeader.Create(TestTracks.Audio));
        Assert.Equal(48_000u, BoxReader.Find(boxes, "moov/trak/mdia/mdhd").UInt32At(12));
        Assert.Equal(48_000u, BoxReader.Find(boxes, "moov/mvhd").UInt32At(12));
    }

    [Theory]
    [InlineData(1280, 720, 1, 1, 1280.0)]
    [InlineData(720, 576, 64, 45, 1024.0)]
    [InlineData(720, 576, 16, 11, 1047.2727)]
    [InlineData(1440, 1080, 4, 3, 1920.0)]
    [InlineData(1080, 1920, 3, 4, 810.0)]
    [InlineData(65_535, 2, 65_535, 1, 65_535.99999)]
    public void Header_SampleAspectRatio_StretchesTheDisplayWidth(
        int width, int height, int horizontal, int vertical, double display)
    {
        var boxes = BoxReader.Read(CmafHeader.Create(TestTracks.Video with
        {
            Width = width,
            Height = height,
            SampleAspectRatio = (horizontal, vertical),
        }));

        var tkhd = BoxReader.Find(boxes, "moov/trak/tkhd");
        Assert.Equal(display, tkhd.UInt32At(76) / 65536.0, tolerance: 0.0001);
        Assert.Equal((uint)height << 16, tkhd.UInt32At(80));
        var avc1 = BoxReader.Find(boxes, "moov/trak/mdia/minf/stbl/stsd/avc1");
        Assert.Equal((width, height), (avc1.UInt16At(24), avc1.UInt16At(26)));
        Assert.Equal((horizontal, vertical), (avc1["pasp"].Int32At(0), avc1["pasp"].Int32At(4)));
    }

    [Fact]
    public void Header_DecoderConfiguration_IsKeptByteForByte()
    {
        var video = BoxReader.Read(CmafHeader.Create(TestTracks.Video));
        Assert.Equal(
            TestTracks.Video.DecoderConfiguration.ToArray(),
            BoxReader.Find(video, "moov/trak/mdia/minf/stbl/stsd/avc1/avcC").Body.ToArray());

        var longConfig = new byte[200];
        new Random(1).NextBytes(longConfig);
        var audio = BoxReader.Read(CmafHeader.Create(TestTracks.Audio with { DecoderConfiguration = longConfig }));
        var esds = BoxReader.Find(audio, "moov/trak/mdia/minf/stbl/stsd/mp4a/esds").Body.Span;
        Assert.True(esds.IndexOf(longConfig) > 0);
        Assert.Equal([0x05, 0x80, 0x80, 0x81, 0x48], esds.Slice(esds.IndexOf(longConfig) - 5, 5).ToArray());
    }

    [Theory]
    [InlineData(48_000, 48_000u << 16)]
    [InlineData(65_535, 65_535u << 16)]
    [InlineData(96_000, 0u)]
    public void Header_SamplingRate_IsInTheSampleEntryWhereItFits(int timescale, uint expected)
    {
        var boxes = BoxReader.Read(CmafHeader.Create(TestTracks.Audio with { Timescale = (uint)timescale }));
        Assert.Equal(expected, BoxReader.Find(boxes, "moov/trak/mdia/minf/stbl/stsd/mp4a").UInt32At(24));
    }

    public static TheoryData<TrackConfiguration> Unusable =>
    [
        TestTracks.Video with { Width = 0 },
        TestTracks.Video with { Height = -1 },
        TestTracks.Video with { Width = 65_536 },
        TestTracks.Video with { SampleAspectRatio = (0, 1) },
        TestTracks.Video with { SampleAspectRatio = (1, 0) },
        TestTracks.Video with { Timescale = 0 },
        TestTracks.Video with { DecoderConfiguration = default },
        TestTracks.Audio with { Channels = 0 },
        TestTracks.Audio with { DecoderConfiguration = default },
    ];

    [Theory]
    [MemberData(nameof(Unusable))]
    public void Header_UnusableConfiguration_IsRefused(TrackConfiguration configuration) =>
        Assert.ThrowsAny<ArgumentException>(() => CmafHeader.Create(configuration));
}
