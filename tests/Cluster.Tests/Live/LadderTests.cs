using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Streaming.Cluster.Live;
using Streaming.Pipeline.Cmaf;
using Streaming.Pipeline.Flv;
using Streaming.Pipeline.Media;
using Streaming.Pipeline.Tests;
using Streaming.Pipeline.Timelines;
using Streaming.Pipeline.Transcoding;

namespace Streaming.Cluster.Tests.Live;

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
