using Streaming.Pipeline.Media;
using Streaming.Pipeline.Tests.Timelines;
using Streaming.Pipeline.Transcoding;

namespace Streaming.Pipeline.Tests.Transcoding;

public sealed class LadderOptionsTests
{
    [Theory]
    [InlineData(1920, 1080, "720p 480p 360p 240p")]
    [InlineData(1080, 1920, "720p 480p 360p 240p")]
    [InlineData(1280, 720, "480p 360p 240p")]
    [InlineData(3840, 2160, "1440p 1080p 720p 480p 360p 240p")]
    [InlineData(854, 481, "480p 360p 240p")]
    [InlineData(426, 240, "")]
    [InlineData(320, 180, "")]
    public void For_Size_IsWhatLiesBelowTheBestFirst(int width, int height, string names) =>
        Assert.Equal(names, string.Join(' ', new LadderOptions().For(Video(width, height)).Select(rung => rung.Name)));

    [Fact]
    public void For_OwnRungsInAnyOrder_AreSorted()
    {
        var options = new LadderOptions { Rungs = [new("90p", 90, 1), new("144p", 144, 2), new("720p", 720, 3)] };

        Assert.Equal(["144p", "90p"], options.For(Video(320, 180)).Select(rung => rung.Name));
    }

    [Fact]
    public void For_Disabled_IsNothing() => Assert.Empty(new LadderOptions { Enabled = false }.For(Video(1920, 1080)));

    [Theory]
    [InlineData(720, 576, 64, 45, "480p 360p 240p")] // Shown as 1024x576.
    [InlineData(1440, 1080, 4, 3, "720p 480p 360p 240p")]
    [InlineData(720, 480, 1, 3, "")] // Shown as 240x480: the width is the shorter side.
    [InlineData(240, 720, 2, 1, "360p 240p")] // Shown as 480x720.
    public void For_AnamorphicSource_GoesByTheShownSize(int width, int height, int sarWidth, int sarHeight, string names) =>
        Assert.Equal(names, Names(Video(width, height) with { SampleAspectRatio = (sarWidth, sarHeight) }));

    [Theory]
    [InlineData(1280, 720, "720p 480p 360p 240p")]
    [InlineData(1600, 900, "720p 480p 360p 240p")]
    [InlineData(426, 240, "240p")]
    [InlineData(320, 180, "180p")]
    [InlineData(33, 31, "30p")]
    [InlineData(33, 1, "2p")]
    public void For_SourceThatBrowsersCannotDecode_HasItsOwnHeightOrTheNearestBelow(int width, int height, string names) =>
        Assert.Equal(names, Names(Video(width, height) with { ChromaFormat = 3, Codec = "avc1.f4001f" }));

    [Fact]
    public void For_SourceBelowTheLowestRung_GetsItsShareOfBits() => Assert.Equal(
        [new LadderRung("180p", 180, 300_000)], new LadderOptions().For(Video(320, 180) with { BitDepth = 10 }));

    [Fact]
    public void Options_AsTheyComeByDefault_HaveNoProblem()
    {
        Assert.Empty(new LadderOptions().Problems());
        Assert.Empty(new LadderOptions { Rungs = LadderOptions.DefaultRungs }.Problems());
    }

    [Fact]
    public void Options_WrongInSeveral_AreToldAllAtOnce()
    {
        var options = new LadderOptions
        {
            Rungs = [new("a", 240, 300_000), new("a", 360, 500_000)],
            Preset = "quick",
            Ffmpeg = " ",
            BacklogBytesMax = 1000,
            StallTimeout = TimeSpan.FromSeconds(1),
        };

        Assert.Equal(
            ["Rungs has more than one 'a'.", "Preset is 'quick'", "Ffmpeg is empty", "BacklogBytesMax is 1000", "StallTimeout is 00:00:01"],
            options.Problems().Select(problem => problem.Split(';')[0]));
    }

    [Theory]
    [InlineData("source", 240, 300_000)]
    [InlineData("Audio", 240, 300_000)]
    [InlineData("thumbnails", 240, 300_000)]
    [InlineData("", 240, 300_000)]
    [InlineData("../x", 240, 300_000)]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 240, 300_000)]
    [InlineData("240p", 241, 300_000)]
    [InlineData("240p", 14, 300_000)]
    [InlineData("240p", 4322, 300_000)]
    [InlineData("240p", 240, 9_999)]
    [InlineData("240p", 240, 200_000_001)]
    public void Rung_ThatCannotBe_IsAProblem(string name, int height, int bitRate) => Assert.StartsWith(
        "Rungs has ", Assert.Single(new LadderOptions { Rungs = [new(name, height, bitRate)] }.Problems()), StringComparison.Ordinal);

    private static string Names(VideoConfiguration source) =>
        string.Join(' ', new LadderOptions().For(source).Select(rung => rung.Name));

    private static VideoConfiguration Video(int width, int height) =>
        TestFrames.VideoTrack with { Width = width, Height = height };
}
