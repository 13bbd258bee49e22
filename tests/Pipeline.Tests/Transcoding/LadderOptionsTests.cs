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
        Assert.Equal(names, string.Join(' ', new LadderOptions().For(width, height).Select(rung => rung.Name)));

    [Fact]
    public void For_OwnRungsInAnyOrder_AreSorted()
    {
        var options = new LadderOptions { Rungs = [new("90p", 90, 1), new("144p", 144, 2), new("720p", 720, 3)] };

        Assert.Equal(["144p", "90p"], options.For(320, 180).Select(rung => rung.Name));
    }

    [Fact]
    public void For_Disabled_IsNothing() => Assert.Empty(new LadderOptions { Enabled = false }.For(1920, 1080));

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
}
