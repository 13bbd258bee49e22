using System.Buffers;
using System.Text;
using Streaming.Pipeline.Hls;
using Streaming.Pipeline.Tests.Timelines;

namespace Streaming.Pipeline.Tests.Hls;

public sealed class MultivariantPlaylistTests
{
    [Fact]
    public void FirstVariant_OfLadder_IsTheBestOfUpToTwoMegabits() => Assert.Equal(
        ["b1/720p/index.m3u8", "b1/source/index.m3u8", "b1/480p/index.m3u8"],
        Addresses(Manifests.Multivariant(Broadcasts.All["plain"])));

    [Fact]
    public void FirstVariant_WhenAllAreLarger_IsTheBest() => Assert.Equal(
        ["b1/source/index.m3u8", "b1/720p/index.m3u8"],
        Addresses(Manifests.Multivariant(
            new BroadcastBuilder().Video("source", bitRate: 8_000_000).Video("720p", bitRate: 3_000_000).Segments(1).Build())));

    [Fact]
    public void Source_WithoutKeyFramesAtSegments_IsLeftOutBesideARungThatHasThem() => Assert.Equal(
        ["b1/720p/index.m3u8"], Addresses(Manifests.Multivariant(Broadcasts.All["source-not-independent"])));

    [Fact]
    public void Source_WithoutKeyFramesAtSegments_StaysWhenAlone()
    {
        var text = Manifests.Multivariant(Broadcasts.All["only-source-not-independent"]);
        Assert.Equal(["b1/source/index.m3u8"], Addresses(text));
        Assert.DoesNotContain("#EXT-X-INDEPENDENT-SEGMENTS", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("avc1.f4001f")] // 4:4:4
    [InlineData("avc1.7a001f")] // 4:2:2
    [InlineData("avc1.6e001f")] // 10 bits
    public void Source_ThatBrowsersCannotDecode_IsLeftOutBesideARung(string codec)
    {
        var alone = new BroadcastBuilder().Video("source", codec: codec).Audio();

        Assert.Equal(["b1/source/index.m3u8"], Addresses(Manifests.Multivariant(alone.Segments(1).Build())));
        Assert.Equal(
            ["b1/480p/index.m3u8"],
            Addresses(Manifests.Multivariant(
                new BroadcastBuilder().Video("source", codec: codec).Video("480p", 854, 480).Audio().Segments(1).Build())));
    }

    [Fact]
    public void Resolution_OfAnamorphicSource_IsThatOfThePictureAsShown() => Assert.Contains(
        ",RESOLUTION=1024x576,",
        Manifests.Multivariant(
            new BroadcastBuilder().Video("source", 720, 576, sampleAspectRatio: (64, 45)).Segments(1).Build()),
        StringComparison.Ordinal);

    [Fact]
    public void Rung_Dropped_IsLeftOut() => Assert.Equal(
        ["b1/source/index.m3u8", "b1/480p/index.m3u8"],
        Addresses(Manifests.Multivariant(Broadcasts.All["dropped-rung"])).Order(StringComparer.Ordinal).Reverse());

    [Fact]
    public void Rung_WithoutASegmentYet_IsLeftOut() => Assert.Equal(
        ["b1/source/index.m3u8", "b1/480p/index.m3u8"],
        Addresses(Manifests.Multivariant(new BroadcastBuilder().Ladder().Segments(1).Late("720p").Build()))
            .Order(StringComparer.Ordinal).Reverse());

    [Fact]
    public void FrameRate_MeasuredNearTelevisions_IsWrittenAsThat() => Assert.Contains(
        ",FRAME-RATE=29.970,", Manifests.Multivariant(Broadcasts.All["ntsc"]), StringComparison.Ordinal);

    [Fact]
    public void Prefix_Empty_LeavesAddressesBesideThePlaylist()
    {
        var output = new ArrayBufferWriter<byte>();
        MultivariantPlaylist.Write(output, Broadcasts.All["video-only"], "");
        Assert.Equal(["source/index.m3u8"], Addresses(Encoding.UTF8.GetString(output.WrittenSpan)));
    }

    private static IEnumerable<string> Addresses(string playlist) =>
        playlist.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(static line => line[0] != '#');
}
