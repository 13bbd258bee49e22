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
}
