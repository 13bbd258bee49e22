using FFMpegCore;
using FFMpegCore.Enums;
using Microsoft.Extensions.Time.Testing;
using Streaming.Pipeline.Ffmpeg;

namespace Streaming.Pipeline.Tests.Ffmpeg;

/// <summary>What a program tells of itself, and what of a program that tells nothing, or too much.</summary>
public sealed class FfmpegProbeTests
{
    [Fact]
    public async Task Ffmpeg_OfThisMachine_HasNoProblem()
    {
        var answer = await ProbeAsync("ffmpeg");

        Assert.Null(answer.Problem);
        Assert.Matches(@"^\S+$", answer.Build!.Version);
        Assert.Contains(FfmpegBuild.Encoder, answer.Build.VideoEncoders);
    }

    /// <summary>FFMpegCore reads the same list for itself.</summary>
    [Fact]
    public async Task VideoEncoders_AreThoseThatFFMpegCoreFinds()
    {
        // Beside encoders it has the formats that they write.
        var found = FFMpeg.GetCodecs(CodecType.Video, new FFOptions { UseCache = false })
            .Where(static codec => codec.EncodingSupported).Select(static codec => codec.Name).ToList();
        var ours = (await ProbeAsync("ffmpeg")).Build!.VideoEncoders;

        Assert.NotEmpty(ours);
        Assert.Empty(ours.Except(found));
        Assert.Equal(
            found.Where(static name => name.Contains("264", StringComparison.Ordinal)).Except(["h264"]).Order(),
            ours.Where(static name => name.Contains("264", StringComparison.Ordinal)).Order());
    }

    [Fact]
    public async Task Program_NotThere_IsToldWithItsName()
    {
        var answer = await ProbeAsync("/nonexistent/ffmpeg");

        Assert.Null(answer.Build);
        Assert.StartsWith("The transcoder '/nonexistent/ffmpeg' cannot be used: ", answer.Problem, StringComparison.Ordinal);
        Assert.EndsWith(".", answer.Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("4.4.2", "V....D libx264", "Its version is 4.4.2, which is too old; 5.1 or newer is needed.")]
    [InlineData("6.1", "V....D h264_vaapi", "It was built without libx264, which encodes H.264; another build of it is needed.")]
    public async Task Build_ThatCannotMakeRungs_IsToldWhy(string version, string encoder, string problem)
    {
        using var program = new ScriptedProgram($"""
            case $2 in
            -version) echo 'ffmpeg version {version} Copyright (c) 2000-2026 the FFmpeg developers';;
            -encoders) printf 'Encoders:\n V..... = Video\n ------\n {encoder}   An encoder\n A....D aac  AAC\n';;
            esac
            """);

        var answer = await ProbeAsync(program.Path);

        Assert.Equal(version, answer.Build!.Version);
        Assert.Equal([encoder.Split(' ')[1]], answer.Build.VideoEncoders);
        Assert.Equal($"The transcoder '{program.Path}' cannot be used. {problem}", answer.Problem);
    }

    [Theory]
    [InlineData("echo 'mplayer 1.5'", "it does not say that it is ffmpeg")]
    [InlineData("echo 'ffmpeg version '", "it does not say that it is ffmpeg")]
    [InlineData("true", "it does not say that it is ffmpeg")]
    [InlineData("echo no >&2; exit 3", "no")]
    [InlineData("sleep 300 & echo child >&2; exit 3", "child")]
    [InlineData("yes", "What ffmpeg gives has more than 1,048,576 bytes")]
    public async Task Program_OfAnotherKind_IsToldWhy(string script, string reason)
    {
        using var program = new ScriptedProgram(script);

        Assert.Equal(
            new FfmpegProbe(null, $"The transcoder '{program.Path}' cannot be used: {reason}."), await ProbeAsync(program.Path));
    }

    [Fact]
    public async Task Program_ThatHangs_IsEndedAndTold()
    {
        var time = new FakeTimeProvider();
        using var program = new ScriptedProgram("cd \"${0%/*}\"; echo $$ > new; mv new started; exec sleep 300");
        var mark = program.Beside("started");

        var probing = FfmpegProbe.RunAsync(program.Path, time, TestContext.Current.CancellationToken);
        while (!File.Exists(mark))
        {
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        time.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal($"The transcoder '{program.Path}' cannot be used: it gave no answer.", (await probing).Problem);
        Assert.False(Directory.Exists($"/proc/{(await File.ReadAllTextAsync(mark, TestContext.Current.CancellationToken)).Trim()}"));
    }

    private static Task<FfmpegProbe> ProbeAsync(string program) =>
        FfmpegProbe.RunAsync(program, TimeProvider.System, TestContext.Current.CancellationToken);
}
