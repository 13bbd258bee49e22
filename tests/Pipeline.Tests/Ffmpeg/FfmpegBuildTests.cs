using Streaming.Pipeline.Ffmpeg;

namespace Streaming.Pipeline.Tests.Ffmpeg;

/// <summary>Which builds of ffmpeg can make rungs, by what they tell of themselves.</summary>
public sealed class FfmpegBuildTests
{
    private static readonly string[] Enough = ["mpeg4", "libx264"];

    [Theory]
    [InlineData("5.1")]
    [InlineData("5.1.9-0+deb12u1")]
    [InlineData("6.0-static")]
    [InlineData("n7.1.1")]
    [InlineData("10.0")]
    [InlineData("N-109468-gd39b34123d")] // Built from the sources between two versions.
    [InlineData("2026-11-28-git-47e214245b-full_build")]
    [InlineData("5")]
    [InlineData("")]
    public void Version_NewEnoughOrNotKnown_IsNoProblem(string version) => Assert.Null(new FfmpegBuild(version, Enough).Problem);

    [Theory]
    [InlineData("5.0.3")]
    [InlineData("4.4.2-0ubuntu0.22.04.1")]
    [InlineData("n4.4")]
    [InlineData("0.11")]
    public void Version_TooOld_IsToldWithTheOneThatIsNeeded(string version) => Assert.Equal(
        $"Its version is {version}, which is too old; 5.1 or newer is needed.", new FfmpegBuild(version, Enough).Problem);

    [Fact]
    public void Encoder_Missing_IsToldWithItsName() => Assert.Equal(
        "It was built without libx264, which encodes H.264; another build of it is needed.",
        new FfmpegBuild("5.1", ["libx264rgb", "h264_nvenc"]).Problem);

    [Fact]
    public void HardwareEncoders_AreThoseOfH264() => Assert.Equal(
        ["h264_nvenc", "h264_vaapi"],
        new FfmpegBuild("5.1", ["h264_vaapi", "hevc_nvenc", "libx264", "h264_nvenc"]).HardwareEncoders);
}
