using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Streaming.Cluster.Broadcasts.Rungs;
using Streaming.Pipeline.Flv;
using Streaming.Pipeline.Media;
using Streaming.Pipeline.Tests;
using Streaming.Pipeline.Timelines;
using Streaming.Pipeline.Transcoding;

namespace Streaming.Cluster.Tests.Broadcasts;

/// <summary>One run after another, as one broadcast.</summary>
public sealed class LadderTests
{
    private const int PicturesPerSegment = 25;
    private const long PictureTicks = 3600;

    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(60);

    private readonly ConcurrentQueue<RungMedia> _given = new();
    private readonly ConcurrentQueue<TranscodeResult> _results = new();

    [Fact]
    public async Task Run_OfMoreThanAWeek_IsReplacedAtABoundaryAndNoSegmentIsLost()
    {
        using var ladder = new Ladder(
            new LadderOptions { Rungs = [new("90p", 90, 100_000)], Preset = "ultrafast" },
            new SegmentationOptions(),
            (media, _) =>
            {
                _given.Enqueue(media);
                return ValueTask.CompletedTask;
            },
            (_, result) => _results.Enqueue(result),
            new FakeTimeProvider(),
            NullLogger.Instance);
        var demuxer = new FlvDemuxer();
        var tags = await TestMedia.ReadTagsAsync(await TestMedia.FlvAsync(
            fps: "25", gop: PicturesPerSegment, audioRate: 0, seconds: 1, videoOptions: "-preset ultrafast"));
        var week = (long)TimeSpan.FromDays(7).TotalSeconds * MediaClock.TicksPerSecond;

        var decodeTime = 0L;
        for (var sequence = 0; sequence < 9; sequence++)
        {
            // Time goes by twice, the publisher being there all the while.
            decodeTime += sequence is 3 or 7 ? week + (3600 * MediaClock.TicksPerSecond) : 0;
            ladder.BeginSegment(Boundary(sequence, decodeTime), VideoOf(demuxer, tags), isOnGrid: false);
            foreach (var tag in tags.Where(tag => demuxer.Read(tag, out _).HasFlag(FlvContent.Frame)))
            {
                demuxer.Read(tag, out var frame);
                ladder.Video(new Sample(decodeTime, 0, frame.IsSync, frame.Data), PictureTicks, 0, demuxer.Video!, isOnGrid: false);
                decodeTime += PictureTicks;
            }
        }

        ladder.EndSegment(decodeTime);
        await UntilAsync(() => _results.Count == 3);

        Assert.All(_results, result => Assert.Equal((TranscodeEnd.Completed, null), (result.End, result.Message)));
        Assert.Equal(
            [(1, 0L), (1, 1), (1, 2), (2, 3), (2, 4), (2, 5), (2, 6), (3, 7), (3, 8)],
            _given.SelectMany(given => given.Media.OfType<PackagedMedia.SegmentEnded>().Select(
                ended => (given.Epoch, ended.Boundary.MediaSequence))).Order());
        await ladder.StopAsync();
    }

    [Theory]
    [InlineData("open-gop=1:bframes=3:b-adapt=0:keyint=50:min-keyint=50:scenecut=0")]
    [InlineData("open-gop=1:bframes=3:b-adapt=0:keyint=37:min-keyint=37:scenecut=0")]
    [InlineData("intra-refresh=1:keyint=50:scenecut=0:bframes=0")]
    [InlineData("intra-refresh=1:keyint=37:scenecut=0:bframes=0")]
    public async Task Run_AfterAFailureWhereNoIdrPictureComes_BeginsAtARecoveryPoint(string options)
    {
        const int failsAt = 4;
        var time = new FakeTimeProvider();
        using var ladder = new Ladder(
            new LadderOptions
            {
                Rungs = [new("90p", 90, 100_000)],
                Preset = "ultrafast",
                StallTimeout = TimeSpan.FromHours(1),
            },
            new SegmentationOptions(),
            (media, _) =>
            {
                _given.Enqueue(media);
                return ValueTask.CompletedTask;
            },
            (_, result) => _results.Enqueue(result),
            time,
            NullLogger.Instance);
        var fed = new FedSource(ladder, new SegmentationOptions(), time);
        var demuxer = new FlvDemuxer();
        foreach (var tag in await TestMedia.ReadTagsAsync(await TestMedia.FlvAsync(
            fps: "25", audioRate: 0, seconds: 24, size: "320x180", videoOptions: $"-x264-params {options}")))
        {
            if (demuxer.Read(tag, out var frame).HasFlag(FlvContent.Frame))
            {
                fed.Segmenter.Configure(demuxer.Video!);
                fed.Segmenter.Add(frame);
                time.Advance(TimeSpan.FromMilliseconds(40));
            }

            if (fed.Newest?.MediaSequence == failsAt && !fed.HasFailed)
            {
                fed.HasFailed = true;
                ladder.Fail("It failed.");
            }
        }

        fed.Segmenter.EndPublication();
        await UntilAsync(() => _results.Count == ladder.Runs);

        var again = _given.Where(given => given.Epoch == ladder.Runs).ToList();
        var segments = again.SelectMany(given => given.Media.OfType<PackagedMedia.SegmentEnded>()).ToList();
        var first = segments[0].Boundary.MediaSequence;
        Assert.InRange(first, failsAt + 1, fed.Newest!.MediaSequence - 2);
        Assert.Equal(
            Enumerable.Range(0, segments.Count).Select(index => first + index),
            segments.Select(ended => ended.Boundary.MediaSequence));
        Assert.Equal(fed.Newest.MediaSequence, segments[^1].Boundary.MediaSequence);
        var parts = again.SelectMany(given => given.Media.OfType<PackagedMedia.PartMade>()).ToList();
        Assert.All(parts.Where(made => made.Part.Index == 0), made => Assert.True(made.Part.Independent));
        Assert.All(segments, ended => Assert.Equal(
            ended.Duration,
            parts.Where(made => made.Boundary == ended.Boundary).Sum(made => made.Part.Duration)));
        await ladder.StopAsync();
    }

    [Fact]
    public async Task Run_ThatTakesNothing_IsGivenUpWhenItsQueueIsFull_AndCounted()
    {
        using var meters = new TestMeters();
        var runs = new IdleRuns();
        using var ladder = new Ladder(
            new LadderOptions { Rungs = [new("90p", 90, 100_000)], BacklogBytesMax = 1_000 },
            new SegmentationOptions(),
            (_, _) => ValueTask.CompletedTask,
            (_, result) => _results.Enqueue(result),
            new FakeTimeProvider(),
            NullLogger.Instance,
            new TranscoderInstruments(meters),
            runs);
        var demuxer = new FlvDemuxer();
        var tags = await TestMedia.ReadTagsAsync(await TestMedia.FlvAsync(
            fps: "25", gop: PicturesPerSegment, audioRate: 0, seconds: 1, videoOptions: "-preset ultrafast"));
        ladder.BeginSegment(Boundary(0, 0), VideoOf(demuxer, tags), isOnGrid: false);
        var picture = new Sample(0, 0, IsSync: true, new byte[2_000]);

        ladder.Video(picture, PictureTicks, 0, demuxer.Video!, isOnGrid: false);
        ladder.Video(picture with { DecodeTime = PictureTicks }, PictureTicks, 0, demuxer.Video!, isOnGrid: false);

        Assert.True(runs.Stopping.IsCancellationRequested);
        Assert.Equal(1, meters["streaming.transcoder.overruns"]);
        await ladder.StopAsync();
    }

    /// <summary>Works on nothing until it is stopped.</summary>
    private sealed class IdleRuns : ITranscodeRuns
    {
        public CancellationToken Stopping { get; private set; }

        public RunUnderWay Begin(RunId run, RunWork work, CancellationToken stopping)
        {
            Stopping = stopping;
            return new(static () => default, UntilAsync(stopping));
        }

        private static async Task<TranscodeResult> UntilAsync(CancellationToken stopping)
        {
            await Task.Delay(Timeout.Infinite, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return new(TranscodeEnd.Cancelled, null);
        }
    }

    private static VideoConfiguration VideoOf(FlvDemuxer demuxer, List<FlvTag> tags)
    {
        foreach (var tag in tags.Where(_ => demuxer.Video is null))
        {
            demuxer.Read(tag, out _);
        }

        return demuxer.Video!;
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

    private static async Task UntilAsync(Func<bool> condition)
    {
        var begun = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(begun) < TimeLimit, "It did not come to pass.");
            await Task.Delay(5);
        }
    }
}
