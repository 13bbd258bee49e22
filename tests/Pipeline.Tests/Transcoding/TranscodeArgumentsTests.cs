using System.Globalization;
using FFMpegCore;
using FFMpegCore.Enums;
using Streaming.Pipeline.Media;
using Streaming.Pipeline.Tests.Timelines;
using Streaming.Pipeline.Transcoding;

namespace Streaming.Pipeline.Tests.Transcoding;

public sealed class TranscodeArgumentsTests
{
    private static readonly LadderRung[] Rungs = [new("480p", 480, 1_400_000), new("360p", 360, 800_000)];

    [Fact]
    public void For_TwoRungs_IsTheMeasuredCommand() => Assert.Equal(
        "-nostdin -hide_banner -loglevel warning "
        + "-copyts -flags low_delay -probesize 32 -analyzeduration 0 -fpsprobesize 0 -f flv -i pipe:0 "
        + Output(854, 480, 1_400_000, 1_680_000, 2_800_000, "480p") + " "
        + Output(640, 360, 800_000, 960_000, 1_600_000, "360p"),
        Command(null));

    /// <summary>The whole list, argument by argument: what stands in quotes for a shell is one of them.</summary>
    [Fact]
    public void For_OneRung_IsTheseArguments() => Assert.Equal(
        [
            "-nostdin", "-hide_banner", "-loglevel", "warning", "-copyts", "-flags", "low_delay",
            "-probesize", "32", "-analyzeduration", "0", "-fpsprobesize", "0", "-f", "flv", "-i", "pipe:0",
            "-map", "0:v", "-vf", "scale=640:360,setsar=1", "-pix_fmt", "yuv420p",
            "-c:v", "libx264", "-preset", "fast", "-tune", "zerolatency", "-fps_mode", "passthrough", "-enc_time_base", "-1",
            "-sc_threshold", "0", "-g", "3600", "-force_key_frames", "source",
            "-b:v", "800000", "-maxrate", "960000", "-bufsize", "1600000",
            "-flush_packets", "1", "-flvflags", "no_duration_filesize", "-f", "flv", "unix:///tmp/a folder/360p.sock",
        ],
        TranscodeArguments.For(
            new TranscodeRun(1, TestFrames.VideoTrack, [Rungs[1]], null),
            new LadderOptions { Preset = "fast" },
            rung => $"/tmp/a folder/{rung.Name}.sock"));

    /// <summary>FFMpegCore's builder, which has words for most of them, puts the same command together.</summary>
    [Fact]
    public void For_TwoRungs_IsWhatFFMpegCoreBuilds()
    {
        var built = FFMpegArguments
            .FromUrlInput("pipe:0", static input => input
                .WithCustomArgument("-nostdin -hide_banner -loglevel warning")
                .WithCustomArgument("-copyts -flags low_delay -probesize 32 -analyzeduration 0 -fpsprobesize 0")
                .ForceFormat("flv"))
            .OutputToMany(static outputs => outputs
                .OutputToUrl("unix:///run/480p.sock", static output => Rung(output, "854:480", 1_400_000))
                .OutputToUrl("unix:///run/360p.sock", static output => Rung(output, "640:360", 800_000)));

        Assert.Equal(Command(null), built.Arguments.Replace("\"", "", StringComparison.Ordinal));

        // Bit rates are its own to round: it takes kbit/s.
        static void Rung(FFMpegOutputOptions output, string size, int bitRate) => output
            .WithMap(0, StreamType.Video, (int?)null)
            .WithCustomArgument($"-vf scale={size},setsar=1")
            .WithPixelFormat("yuv420p")
            .WithVideoCodec("libx264")
            .WithSpeedPreset("veryfast")
            .WithTune("zerolatency")
            .WithFpsMode("passthrough")
            .WithCustomArgument("-enc_time_base -1 -sc_threshold 0")
            .WithGopSize(3600)
            .WithCustomArgument("-force_key_frames source")
            .WithCustomArgument($"-b:v {bitRate} -maxrate {bitRate + (bitRate / 5)} -bufsize {bitRate * 2}")
            .WithCustomArgument("-flush_packets 1 -flvflags no_duration_filesize")
            .ForceFormat("flv");
    }

    [Theory]
    [InlineData(2)]
    [InlineData(1.5)]
    public void For_KeyFrameGrid_ForcesKeyFramesOnItsMultiples(double seconds)
    {
        var grid = seconds.ToString(CultureInfo.InvariantCulture);

        Assert.Contains(
            $"-force_key_frames expr:if(isnan(prev_forced_t),1,gte(t,(floor(prev_forced_t/{grid})+1)*{grid})) ",
            Command(TimeSpan.FromSeconds(seconds)),
            StringComparison.Ordinal);
    }

    [Fact]
    public void For_KeyFrameGrid_CountsFromTheRunsBeginning()
    {
        var run = new TranscodeRun(1, TestFrames.VideoTrack, [new("360p", 360, 800_000)], TimeSpan.FromSeconds(2), 8_333 * 90);

        Assert.Contains(
            "expr:if(isnan(prev_forced_t),1,gte(t+0.3335,(floor((prev_forced_t+0.3335)/2)+1)*2))",
            TranscodeArguments.For(run, new LadderOptions(), rung => $"/{rung.Name}"));
    }

    [Fact]
    public void For_AnyCulture_WritesPointsInNumbers()
    {
        var culture = CultureInfo.CurrentCulture;
        try
        {
            var german = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            german.NumberFormat.NumberDecimalSeparator = ",";
            CultureInfo.CurrentCulture = german;
            Assert.Contains("prev_forced_t/1.5)", Command(TimeSpan.FromSeconds(1.5)), StringComparison.Ordinal);
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }

    [Theory]
    [InlineData(1920, 1080, 480, 854, 480)]
    [InlineData(1080, 1920, 480, 480, 854)]
    [InlineData(1024, 768, 360, 480, 360)]
    [InlineData(1280, 720, 240, 426, 240)]
    [InlineData(720, 720, 360, 360, 360)]
    [InlineData(4096, 2, 2, 4096, 2)]
    public void Size_KeepsTheShapeWithEvenSides(int width, int height, int shorter, int expectedWidth, int expectedHeight) =>
        Assert.Equal((expectedWidth, expectedHeight), TranscodeArguments.Size(width, height, shorter));

    [Fact]
    public void For_AnamorphicSource_HasSquarePixelsAndTheShownShape() => Assert.Contains(
        "-vf scale=854:480,setsar=1 ",
        Command(null, TestFrames.VideoTrack with { Width = 960, Height = 720, SampleAspectRatio = (4, 3) }),
        StringComparison.Ordinal);

    [Fact]
    public void For_SourceThatMayBeInterlaced_IsDeinterlacedOnceForAllRungs()
    {
        var command = Command(null, TestFrames.VideoTrack with { MayBeInterlaced = true });

        Assert.Contains(
            "-filter_complex [0:v]bwdif=mode=send_frame:deint=interlaced,split=2[whole0][whole1]"
                + ";[whole0]scale=854:480,setsar=1[rung0];[whole1]scale=640:360,setsar=1[rung1] -map [rung0] -pix_fmt yuv420p ",
            command,
            StringComparison.Ordinal);
        Assert.DoesNotContain("-vf", command, StringComparison.Ordinal);
    }

    private static string Command(TimeSpan? grid, VideoConfiguration? source = null) => string.Join(' ', TranscodeArguments.For(
        new TranscodeRun(1, source ?? TestFrames.VideoTrack, Rungs, grid), new LadderOptions(), rung => $"/run/{rung.Name}.sock"));

    private static string Output(int width, int height, int bitRate, int maxRate, int buffer, string name) =>
        $"-map 0:v -vf scale={width}:{height},setsar=1 -pix_fmt yuv420p -c:v libx264 -preset veryfast -tune zerolatency "
        + "-fps_mode passthrough -enc_time_base -1 -sc_threshold 0 -g 3600 -force_key_frames source "
        + $"-b:v {bitRate} -maxrate {maxRate} -bufsize {buffer} "
        + $"-flush_packets 1 -flvflags no_duration_filesize -f flv unix:///run/{name}.sock";
}
