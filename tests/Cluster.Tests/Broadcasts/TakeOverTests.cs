using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Streaming.Cluster.Broadcasts.Rungs;
using Streaming.Pipeline.Cmaf;
using Streaming.Pipeline.Flv;
using Streaming.Pipeline.Media;
using Streaming.Pipeline.Tests;
using Streaming.Pipeline.Timelines;
using Streaming.Pipeline.Transcoding;

namespace Streaming.Cluster.Tests.Broadcasts;

/// <summary>
/// A run that is lost is followed by another from the first picture on that was not announced: with a real transcoder, and judged by a real decoder. What
/// comes is taken as a timeline does.
/// </summary>
public sealed class TakeOverTests : IDisposable
{
    private const int PicturesPerSecond = 25;
    private const int Seconds = 6;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly LadderRung[] Rungs = [new("180p", 180, 300_000), new("90p", 90, 100_000)];

    private readonly FakeTimeProvider _time = new();
    private readonly ConcurrentQueue<RungMedia> _given = new();
    private readonly ConcurrentQueue<(int Epoch, TranscodeResult Result)> _results = new();
    private readonly Dictionary<string, List<PackagedMedia>> _put = [];
    private readonly Dictionary<string, VideoConfiguration> _configurations = [];
    private readonly LosingRuns _runs;
    private readonly Ladder _ladder;
    private readonly FedSource _fed;
    private int _ended;

    public TakeOverTests()
    {
        var options = new LadderOptions { Rungs = Rungs, Preset = "ultrafast", StallTimeout = TimeSpan.FromHours(1) };
        var segments = new SegmentationOptions { Target = TimeSpan.FromSeconds(1) };
        _runs = new(options, _time);
        _ladder = new Ladder(
            options,
            segments,
            (media, _) =>
            {
                _given.Enqueue(media);
                return ValueTask.CompletedTask;
            },
            (epoch, result) => _results.Enqueue((epoch, result)),
            _time,
            NullLogger.Instance,
            runs: _runs);
        _fed = new(_ladder, segments, _time);
    }

    public void Dispose() => _ladder.Dispose();

    [Theory]
    [InlineData(0, 12)]
    [InlineData(0, 17)]
    [InlineData(2, 12)]
    [InlineData(2, 17)]
    public async Task Run_LostWithinASegment_GoesOnBehindWhatWasAnnounced(int bFrames, int pictures)
    {
        var file = await TestMedia.FlvAsync(
            fps: "25", bFrames: bFrames, gop: PicturesPerSecond, size: "320x240", audioRate: 0, seconds: Seconds,
            videoOptions: "-preset ultrafast" + (bFrames > 0 ? " -x264-params b-adapt=0" : ""));
        var number = 0;
        var demuxer = new FlvDemuxer();
        foreach (var tag in await TestMedia.ReadTagsAsync(file))
        {
            if (!demuxer.Read(tag, out var frame).HasFlag(FlvContent.Frame))
            {
                continue;
            }

            _fed.Segmenter.Configure(demuxer.Video!);
            _fed.Segmenter.Add(frame);
            _time.Advance(TimeSpan.FromSeconds(1.0 / PicturesPerSecond));
            if (++number == (2 * PicturesPerSecond) + pictures)
            {
                await UntilAsync("parts of the segment that is growing are announced", () => Rungs.All(
                    rung => Parts(rung).LastOrDefault() is { Boundary.MediaSequence: 2 }));
                _runs.Lose();
                await UntilAsync("another run has begun", () => _runs.Begun == 2);
            }
        }

        _fed.Segmenter.EndPublication();
        await UntilAsync("both runs have ended", () => _ended == 2);
        await _ladder.StopAsync();

        Assert.Equal((1, 0), (_ladder.Status.Restarts, _given.Count));
        foreach (var rung in Rungs)
        {
            Assert.Equal(Enumerable.Range(0, Seconds).Select(static sequence => (long)sequence), Ends(rung).Select(static end => end.Boundary.MediaSequence));
            foreach (var ended in Ends(rung))
            {
                var parts = Parts(rung).Where(part => part.Boundary == ended.Boundary).ToList();
                Assert.Equal(Enumerable.Range(0, parts.Count), parts.Select(static part => part.Part.Index));
                Assert.Equal(ended.Duration, parts.Sum(static part => part.Part.Duration));
                Assert.All(parts.Skip(1).Zip(parts), static pair => Assert.Equal(
                    pair.Second.Part.DecodeTime + pair.Second.Part.Duration, pair.First.Part.DecodeTime));
            }

            Assert.Equal(Seconds * PicturesPerSecond, await DecodedAsync(rung));
        }
    }

    [Fact]
    public async Task Run_LostAgainAndAgain_IsFollowedByAnotherEachTime_AndTheOldOnesAreHeardNoMore()
    {
        var file = await TestMedia.FlvAsync(
            fps: "25", gop: PicturesPerSecond, size: "320x240", audioRate: 0, seconds: Seconds, videoOptions: "-preset ultrafast");
        var number = 0;
        var demuxer = new FlvDemuxer();
        foreach (var tag in await TestMedia.ReadTagsAsync(file))
        {
            if (demuxer.Read(tag, out var frame).HasFlag(FlvContent.Frame))
            {
                _fed.Segmenter.Configure(demuxer.Video!);
                _fed.Segmenter.Add(frame);
                if (++number % 40 == 0 && number <= 120)
                {
                    var (begun, announced) = (_runs.Begun, _given.Count);
                    await UntilAsync("the run has given something", () => _put.Count == Rungs.Length && _runs.HasOutput);
                    _runs.Lose();
                    await UntilAsync("another run has begun", () => _runs.Begun == begun + 1);
                    Assert.False(_ladder.Wants(begun, Rungs[0].Name, Seconds));
                }
            }
        }

        _fed.Segmenter.EndPublication();
        await UntilAsync("all runs have ended", () => _ended == _runs.Begun);
        await _ladder.StopAsync();

        Assert.Equal(4, _runs.Begun);
        foreach (var rung in Rungs)
        {
            Assert.Equal(Seconds, Ends(rung).Count);
            Assert.Equal(Seconds * PicturesPerSecond, await DecodedAsync(rung));
        }
    }

    private List<PackagedMedia.PartMade> Parts(LadderRung rung) => [.. Media(rung).OfType<PackagedMedia.PartMade>()];

    private List<PackagedMedia.SegmentEnded> Ends(LadderRung rung) => [.. Media(rung).OfType<PackagedMedia.SegmentEnded>()];

    private List<PackagedMedia> Media(LadderRung rung) => _put.GetValueOrDefault(rung.Name) ?? [];

    /// <summary>Pictures that a decoder makes of all that was put, without a complaint.</summary>
    private async Task<int> DecodedAsync(LadderRung rung)
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "rung.mp4");
        await using (var file = File.Create(path))
        {
            await file.WriteAsync(CmafHeader.Create(_configurations[rung.Name]));
            foreach (var part in Parts(rung))
            {
                await file.WriteAsync(part.Data.Memory);
            }
        }

        Assert.Equal("", await TestMedia.RunAsync("bash", ["-c", $"ffmpeg -v warning -xerror -i '{path}' -f null - 2>&1"]));
        var probe = await TestMedia.ProbeAsync(path, "-count_frames -show_entries stream=nb_read_frames");
        return int.Parse(
            probe.GetProperty("streams")[0].GetProperty("nb_read_frames").GetString()!, System.Globalization.CultureInfo.InvariantCulture);
    }

    private async Task UntilAsync(string what, Func<bool> condition)
    {
        var begun = Stopwatch.GetTimestamp();
        while (!Holds(condition))
        {
            Assert.True(Stopwatch.GetElapsedTime(begun) < Patience, $"It did not come to pass that {what}.");
            await Task.Delay(5);
        }
    }

    /// <summary>Takes what has come, as the broadcast's graph does.</summary>
    private bool Holds(Func<bool> condition)
    {
        while (_given.TryDequeue(out var given))
        {
            foreach (var media in given.Media.Where(media => _ladder.Wants(given.Epoch, given.Rung.Name, media.Boundary.MediaSequence)))
            {
                var put = _put.TryGetValue(given.Rung.Name, out var known) ? known : _put[given.Rung.Name] = [];
                if (put.OfType<PackagedMedia.SegmentEnded>().LastOrDefault() is { } last
                    && last.Boundary.MediaSequence >= media.Boundary.MediaSequence)
                {
                    continue; // Complete: a timeline takes no more of it.
                }

                Assert.True(given.Configuration.Matches(_configurations.GetValueOrDefault(given.Rung.Name) ?? given.Configuration));
                _configurations[given.Rung.Name] = given.Configuration;
                put.Add(media);
                _ladder.Put(given.Epoch, given.Rung.Name, media);
            }
        }

        while (_results.TryDequeue(out var result))
        {
            _ladder.OnEnded(result.Epoch, result.Result);
            _ended++;
        }

        return condition();
    }

    /// <summary>Runs in this process, each of which may be lost with its worker.</summary>
    private sealed class LosingRuns(LadderOptions options, TimeProvider time) : ITranscodeRuns
    {
        private readonly DirectRuns _direct = new(options, time, NullLogger.Instance);
        private readonly List<(RunUnderWay Run, TaskCompletionSource Lost)> _begun = [];

        public int Begun => _begun.Count;

        public bool HasOutput => _begun[^1].Run.Progress().HasOutput;

        public void Lose() => _begun[^1].Lost.SetResult();

        public RunUnderWay Begin(RunId run, RunWork work, CancellationToken stopping)
        {
            var lost = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var direct = _direct.Begin(run, work, stopping);
            var underWay = direct with { Ended = EndAsync(direct, lost.Task) };
            _begun.Add((underWay, lost));
            return underWay;
        }

        private static async Task<TranscodeResult> EndAsync(RunUnderWay run, Task lost) =>
            await Task.WhenAny(run.Ended, lost) == lost ? new(TranscodeEnd.Lost, "Its worker is gone.") : await run.Ended;
    }
}
