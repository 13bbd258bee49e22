using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using Streaming.Pipeline.Flv;
using Streaming.Pipeline.Media;
using Streaming.Pipeline.Tests.Timelines;
using Streaming.Pipeline.Timelines;
using Streaming.Pipeline.Transcoding;

namespace Streaming.Pipeline.Tests.Transcoding;

/// <summary>A run of ffmpeg, or of what is in its place: it ends with a result that says why, whatever it does.</summary>
public sealed class TranscodeSessionTests
{
    private const int PicturesPerSegment = 25;
    private const int Segments = 3;
    private const long PictureTicks = 3600;
    private const long SegmentTicks = PicturesPerSegment * PictureTicks;

    private static readonly TimeSpan PartTarget = TimeSpan.FromMilliseconds(335);
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(60);

    private readonly ConcurrentQueue<RungMedia> _given = new();

    public static TheoryData<long> Beginnings =>
        [0, 1500, (1L << 31) - 1500, (1L << 31) + 1500, (1L << 32) - 1500, (1L << 32) + 1500, 10L * 365 * 24 * 3600 * 1000];

    [Theory]
    [MemberData(nameof(Beginnings))]
    public async Task Run_WhereTheTimelineHasLongBegun_GivesEverySegmentInItsPlace(long ms)
    {
        var begin = ms * MediaClock.TicksPerMs;
        var result = await RunAsync(new LadderOptions { Preset = "ultrafast" }, await VideoAsync(), begin);

        Assert.Equal((TranscodeEnd.Completed, null), (result.End, result.Message));
        var media = _given.SelectMany(given => given.Media).ToList();
        Assert.Equal(
            Enumerable.Range(0, Segments).Select(segment => (begin + (segment * SegmentTicks), SegmentTicks)),
            media.OfType<PackagedMedia.SegmentEnded>().Select(ended => (ended.SegmentDecodeTime, ended.Duration)));
        Assert.Equal(begin, media.OfType<PackagedMedia.PartMade>().First().Part.DecodeTime);
        Assert.Equal(Segments * SegmentTicks, media.OfType<PackagedMedia.PartMade>().Sum(made => made.Part.Duration));
    }

    [Fact]
    public void Run_ThatHasBecomeTooLongForItsClock_IsOver()
    {
        const long begin = (1L << 32) * MediaClock.TicksPerMs;
        var run = new TranscodeRun(1, TestFrames.VideoTrack, [new("240p", 240, 400_000)], null, begin);
        var day = (long)TimeSpan.FromDays(1).TotalSeconds * MediaClock.TicksPerSecond;

        Assert.False(run.IsOverAt(begin + (6 * day)));
        Assert.True(run.IsOverAt(begin + (8 * day)));
    }

    [Fact]
    public async Task Run_ProgramNotThere_IsToldWithItsName()
    {
        var result = await RunAsync(new LadderOptions { Ffmpeg = "/nonexistent/ffmpeg" }, await VideoAsync());

        Assert.Equal(TranscodeEnd.Unavailable, result.End);
        Assert.Contains("/nonexistent/ffmpeg", result.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(200)] // Longer than the path of a socket may be.
    [InlineData(-1)] // No name of a file.
    public async Task Run_NoSocketCanBeMade_IsToldAndDoesNotThrow(int nameLength)
    {
        var name = nameLength < 0 ? "no/such/folder" : new string('x', nameLength);
        var result = await RunAsync(new LadderOptions(), await VideoAsync(), rung: name);

        Assert.Equal(TranscodeEnd.Unavailable, result.End);
        Assert.False(string.IsNullOrEmpty(result.Message));
    }

    [Fact]
    public async Task Run_ProgramGivesWhatIsNoFlv_EndsWithThatCause()
    {
        using var program = new ScriptedProgram("""
            for argument; do case $argument in unix://*) socket=$argument;; esac; done
            exec ffmpeg -v quiet -re -f lavfi -i testsrc2=size=64x64:rate=25 -c:v mpeg2video -f mpegts "$socket"
            """);
        var result = await RunAsync(new LadderOptions { Ffmpeg = program.Path }, await VideoAsync(), isEndless: true);

        Assert.Equal(TranscodeEnd.Failed, result.End);
        Assert.Contains("240p", result.Message, StringComparison.Ordinal);
        Assert.Contains("FLV header", result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_ReceiverOfTheMediaThrows_EndsWithThatCause()
    {
        var result = await RunAsync(
            new LadderOptions { Preset = "ultrafast" },
            await VideoAsync(),
            isEndless: true,
            output: (_, _) => throw new InvalidOperationException("Nobody takes this."));

        Assert.Equal(TranscodeEnd.Failed, result.End);
        Assert.Contains("Nobody takes this.", result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_ProgramFloodsWhatItSays_MessageIsBoundedAndClean()
    {
        using var program = new ScriptedProgram("""
            yes "$(printf '\033[2J')flood" | head -c 50000000 >&2
            yes flood | head -c 50000000
            exit 3
            """);
        var result = await RunAsync(new LadderOptions { Ffmpeg = program.Path }, await VideoAsync(), isEndless: true);

        Assert.Equal(TranscodeEnd.Crashed, result.End);
        Assert.Contains("code 3", result.Message, StringComparison.Ordinal);
        Assert.InRange(result.Message!.Length, 20, 1000);
        Assert.DoesNotContain('\u001b', result.Message);
    }

    [Fact]
    public async Task Run_ProgramCannotDoWhatItIsTold_IsToldInsteadOfWhatItSays()
    {
        using var program = new ScriptedProgram("""
            case $2 in
            -version) echo 'ffmpeg version 4.4.2-0ubuntu0.22.04.1 Copyright (c) 2000-2021 the FFmpeg developers';;
            -encoders) printf ' ------\n V....D libx264   H.264\n';;
            *) echo "Unrecognized option 'fps_mode'." >&2; exit 1;;
            esac
            """);
        var result = await RunAsync(new LadderOptions { Ffmpeg = program.Path }, await VideoAsync(), isEndless: true);

        Assert.Equal(TranscodeEnd.Unavailable, result.End);
        Assert.Contains("4.4.2-0ubuntu0.22.04.1, which is too old; 5.1 or newer is needed", result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_ProgramEndsWellWithoutAWord_IsACrashAndDoesNotHang()
    {
        using var program = new ScriptedProgram("exec cat >/dev/null");
        var result = await RunAsync(
            new LadderOptions { Ffmpeg = program.Path, StallTimeout = TimeSpan.FromSeconds(2) }, await VideoAsync());

        Assert.NotEqual(TranscodeEnd.Completed, result.End);
        Assert.False(string.IsNullOrEmpty(result.Message));
    }

    [Fact]
    public async Task Run_ProgramLeavesAChildThatHoldsItsErrors_EndsAllTheSame()
    {
        using var program = new ScriptedProgram("sleep 300 & echo gone >&2; exit 4");
        var result = await RunAsync(new LadderOptions { Ffmpeg = program.Path }, await VideoAsync(), isEndless: true);

        Assert.Equal(TranscodeEnd.Crashed, result.End);
        Assert.Contains("gone", result.Message, StringComparison.Ordinal);
    }

    private static async Task<List<FlvTag>> VideoAsync() => await TestMedia.ReadTagsAsync(await TestMedia.FlvAsync(
        fps: "25", gop: PicturesPerSegment, audioRate: 0, seconds: Segments, videoOptions: "-preset ultrafast"));

    /// <summary>Feeds a run from that place on the timeline on, and returns how it ended.</summary>
    private async Task<TranscodeResult> RunAsync(
        LadderOptions options,
        List<FlvTag> tags,
        long begin = 0,
        string rung = "240p",
        bool isEndless = false,
        Func<RungMedia, CancellationToken, ValueTask>? output = null)
    {
        var demuxer = new FlvDemuxer();
        var content = tags.ConvertAll(tag => (Content: demuxer.Read(tag, out var frame), Frame: frame));
        var run = new TranscodeRun(1, demuxer.Video!, [new(rung, 90, 100_000)], KeyFrameGrid: null, begin);
        var feed = new TranscodeFeed(run, 64 * 1024 * 1024);
        var session = new TranscodeSession(run, feed, options, PartTarget, output ?? Take, TimeProvider.System, NullLogger.Instance);
        var running = session.RunAsync(TestContext.Current.CancellationToken);
        var next = begin;
        foreach (var (_, frame) in content.Where(read => read.Content.HasFlag(FlvContent.Frame)))
        {
            var picture = (next - begin) / PictureTicks;
            if (picture % PicturesPerSegment == 0)
            {
                feed.BeginSegment(Boundary(picture / PicturesPerSegment, next));
            }

            Assert.True(feed.TryWrite(new Sample(next, 0, frame.IsSync, frame.Data), PictureTicks, reorderDelayMs: 0));
            next += PictureTicks;
        }

        if (!isEndless)
        {
            feed.Complete(next);
        }

        return await running.WaitAsync(TimeLimit, TestContext.Current.CancellationToken);

        ValueTask Take(RungMedia media, CancellationToken cancellationToken)
        {
            _given.Enqueue(media);
            return ValueTask.CompletedTask;
        }
    }

    private static SegmentBoundary Boundary(long sequence, long time) => new()
    {
        MediaSequence = sequence,
        DecodeTime = time,
        PresentationTime = time,
        ProgramDateTime = default,
        DiscontinuitySequence = 0,
        Period = 0,
        SourceIndependent = true,
    };
}
