using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Streaming.Cluster.Broadcasts.Rungs;
using Streaming.Pipeline.Flv;
using Streaming.Pipeline.Media;
using Streaming.Pipeline.Tests;
using Streaming.Pipeline.Timelines;
using Streaming.Pipeline.Transcoding;

namespace Streaming.Cluster.Tests.Broadcasts;

/// <summary>A ladder goes by what it is told of its runs, wherever those are.</summary>
public sealed class LadderProgressTests : IDisposable
{
    private const long SegmentTicks = 2 * MediaClock.TicksPerSecond;

    private readonly ToldRuns _runs = new();
    private readonly TestMeters _meters = new();
    private readonly FakeTimeProvider _time = new();
    private readonly Ladder _ladder;
    private long _sequence;

    public LadderProgressTests() => _ladder = new Ladder(
        new LadderOptions { Rungs = [new("90p", 90, 100_000), new("60p", 60, 100_000)] },
        new SegmentationOptions(),
        static (_, _) => ValueTask.CompletedTask,
        static (_, _) => { },
        _time,
        NullLogger.Instance,
        new TranscoderInstruments(_meters),
        _runs,
        "mine");

    [Fact]
    public async Task Run_ToldToBeBehind_LosesItsTopRungAtTheNextSegment()
    {
        await FeedAsync(segments: 4, behind: SegmentTicks * 2);

        Assert.Equal([new RunId("mine", 1), new RunId("mine", 2)], _runs.Begun.Select(static begun => begun.Id));
        Assert.Equal(["90p", "60p"], _runs.Begun[0].Work.Run.Rungs.Select(static rung => rung.Name));
        Assert.Equal(["60p"], _runs.Begun[1].Work.Run.Rungs.Select(static rung => rung.Name));
    }

    [Fact]
    public async Task Run_ToldToKeepUp_KeepsItsRungsAndItsPicturesAreCounted()
    {
        await FeedAsync(segments: 4, behind: 0);

        Assert.Single(_runs.Begun);
        Assert.Equal(TranscoderState.Running, _ladder.Status.State);
        Assert.Equal(400, _meters["streaming.transcoder.pictures"]);
    }

    [Fact]
    public async Task Run_ThatHasToldNothing_IsStarting()
    {
        await FeedAsync(segments: 1, behind: null);

        Assert.Equal(TranscoderState.Starting, _ladder.Status.State);
        Assert.Equal(0, _meters["streaming.transcoder.lag"]);
    }

    public void Dispose()
    {
        _ladder.Dispose();
        _meters.Dispose();
    }

    /// <summary>
    /// Feeds segments, after each of which the run tells that it is so far behind, in 90 kHz ticks, and the ladder looks.
    /// </summary>
    private async Task FeedAsync(int segments, long? behind)
    {
        var (video, key) = await SourceAsync();
        for (var end = _sequence + segments; _sequence < end; _sequence++)
        {
            var time = _sequence * SegmentTicks;
            _ladder.BeginSegment(BoundaryAt(time), video, isOnGrid: false);
            _ladder.Video(new Sample(time, 0, IsSync: true, key), SegmentTicks, 0, video, isOnGrid: false);
            _runs.Progress = behind is null ? RunProgress.None : new(time - behind.Value, (_sequence + 1) * 100);
            _time.Advance(TimeSpan.FromSeconds(1));
            _ladder.Tick();
        }
    }

    private SegmentBoundary BoundaryAt(long time) => new()
    {
        MediaSequence = _sequence,
        DecodeTime = time,
        PresentationTime = time,
        ProgramDateTime = default,
        DiscontinuitySequence = 0,
        Period = 0,
        SourceIndependent = true,
    };

    private static async Task<(VideoConfiguration Video, ReadOnlyMemory<byte> KeyFrame)> SourceAsync()
    {
        var demuxer = new FlvDemuxer();
        foreach (var tag in await TestMedia.ReadTagsAsync(await TestMedia.FlvAsync(audioRate: 0, seconds: 1)))
        {
            if (demuxer.Read(tag, out var frame).HasFlag(FlvContent.Frame))
            {
                return (demuxer.Video!, frame.Data.ToArray());
            }
        }

        throw new InvalidOperationException("The source has no picture.");
    }

    /// <summary>Runs that are as far as the test says, and never end.</summary>
    private sealed class ToldRuns : ITranscodeRuns
    {
        public List<(RunId Id, RunWork Work)> Begun { get; } = [];

        public RunProgress Progress { get; set; } = RunProgress.None;

        public RunUnderWay Begin(RunId run, RunWork work, CancellationToken stopping)
        {
            Begun.Add((run, work));
            return new(() => Progress, new TaskCompletionSource<TranscodeResult>().Task);
        }
    }
}
