using Streaming.Cluster.Tests.Graphs;
using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Streaming.Cluster.Channels;
using Streaming.Cluster.Governor;
using Streaming.Cluster.Broadcasts;
using Streaming.Cluster.Broadcasts.Rungs;
using Streaming.Pipeline.Flv;
using Streaming.Pipeline.Rtmp;
using Streaming.Pipeline.Tests;
using Streaming.Pipeline.Transcoding;

namespace Streaming.Cluster.Tests.Broadcasts;

/// <summary>A fault of ours has a border: what is beside the source never ends it, and nothing ends the channel.</summary>
public sealed class BroadcastFaultTests : IAsyncDisposable
{
    private const string Segmenting = "Streaming.Pipeline.Timelines";

    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder _folder = new();
    private readonly FailingTime _time = new();
    private readonly ScriptedStorage _storage = new();
    private readonly ChannelDirectory _directory;
    private readonly string _key;
    private LiveChannels _channels;

    public BroadcastFaultTests()
    {
        _directory = new ChannelDirectory(_folder["channels.db"], NullLogger.Instance);
        _key = _directory.Put("test", null).StreamKey!;
        _channels = New(new() { Ffmpeg = "/nonexistent/ffmpeg" });
    }

    private LiveChannel Channel => _channels.Find("test")!;

    [Theory]
    [InlineData("BroadcastTimeline.Publish")]
    [InlineData(Segmenting)] // The source's own path.
    public async Task Fault_InTheSourcesPath_EndsThePublicationWithAReasonAndTheNextGoesOnInTheBroadcast(string place)
    {
        var first = await BeginAsync();
        await FeedAsync(first, 0, 3000);
        await ListedAsync(1);
        var id = Channel.Newest!.Id;
        _time.FailsIn = place;
        await FeedAsync(first, 3000, 3400);

        await UntilAsync(() => first.Revoked.IsCancellationRequested);
        Assert.Contains("failed", first.RevokedReason, StringComparison.Ordinal);
        _time.FailsIn = null;
        var before = Channel.Newest!.Snapshot!.Renditions[0].Segments.Length;
        var second = await BeginAsync();
        await FeedAsync(second, 0, 5000);

        await ListedAsync(before + 2);
        Assert.Equal(id, Channel.Newest!.Id);
        Assert.Null(second.RevokedReason);
    }

    [Fact]
    public async Task Fault_InTheSourcesPathAgain_NextPublisherBeginsANewBroadcast()
    {
        var id = "";
        foreach (var _ in (int[])[1, 2])
        {
            var publication = await BeginAsync();
            id = Channel.Newest!.Id;
            await FeedAsync(publication, 0, 3000);
            await ListedAsync(1);
            _time.FailsIn = Segmenting;
            await FeedAsync(publication, 3000, 3100);
            await UntilAsync(() => publication.Revoked.IsCancellationRequested);
            _time.FailsIn = null;
        }

        await UntilAsync(() => Channel.Status.Broadcast is null);
        Assert.True(Channel.Find(id)!.Snapshot!.IsEnded);
        var next = await BeginAsync();
        await FeedAsync(next, 0, 3000);
        await ListedAsync(1);

        Assert.NotEqual(id, Channel.Newest!.Id);
        Assert.Null(next.RevokedReason);
    }

    [Fact]
    public async Task Fault_OfMemory_EndsThatPublicationAlone()
    {
        var first = await BeginAsync();
        await FeedAsync(first, 0, 3000);
        (_time.Failure, _time.FailsIn) = (new InsufficientMemoryException(), Segmenting);
        await FeedAsync(first, 3000, 3100);

        await UntilAsync(() => first.Revoked.IsCancellationRequested);
        Assert.Contains("memory", first.RevokedReason, StringComparison.Ordinal);
        _time.FailsIn = null;
        var second = await BeginAsync();
        await FeedAsync(second, 0, 3000);
        await ListedAsync(2);
        Assert.Null(second.RevokedReason);
    }

    [Theory]
    [InlineData("Streaming.Cluster.Broadcasts.Rungs", 1)]
    [InlineData("BroadcastSource.Look", int.MaxValue)]
    [InlineData("BroadcastSupervisor", int.MaxValue)]
    public async Task Fault_BesideTheSource_LeavesItAlone(string place, int times)
    {
        var publication = await BeginAsync();
        await FeedAsync(publication, 0, 1000);
        await UntilAsync(() => Channel.Newest!.Snapshot is not null);
        (_time.FailsIn, _time.FailuresMax) = (place, times);
        for (var ms = 1000u; ms < 12_000; ms += 1000)
        {
            await FeedAsync(publication, ms, ms + 1000);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        await ListedAsync(4);
        await UntilAsync(() =>
        {
            _time.Advance(TimeSpan.FromSeconds(_time.Failures > 0 ? 0 : 1)); // A run may take its time to end: it is a process.
            return _time.Failures > 0;
        });
        Assert.Null(publication.RevokedReason);
        Assert.DoesNotContain(Channel.Newest!.Snapshot!.Renditions[0].Segments, segment => segment.IsGap);
    }

    [Fact]
    public async Task RungMedia_ThatCannotBePut_IsCountedAndTheSourceGoesOn()
    {
        _channels = New(new() { Enabled = false }); // No run of its own puts anything into the idle channel's hands.
        var publication = await BeginAsync();
        await FeedAsync(publication, 0, 3000);
        await ListedAsync(1);
        var broadcast = Channel.Newest!;
        var video = Recordings.Stored.Video(240);

        broadcast.Rungs.Made.Send(new RungEvent.MediaCame(new RungMedia(1, new LadderRung("240p", 240, 400_000), video, default)));
        await FeedAsync(publication, 3000, 7000);
        await ListedAsync(3);

        Assert.Equal(1, broadcast.Faults.Count);
        Assert.Contains("failed", broadcast.Rungs.Status.Message, StringComparison.Ordinal);
        Assert.Null(publication.RevokedReason);
    }

    [Fact]
    public async Task Quality_StorageTakesNothing_SaysSoUntilItDoes()
    {
        (_storage.FailsOn, _storage.Failure) = (".m4s", new IOException("The disk is gone."));
        var publication = await BeginAsync();
        Assert.NotEqual(QualityLevel.Full, Channel.Status.Quality!.Level);
        await FeedAsync(publication, 0, 5000);
        await ListedAsync(2);
        var broadcast = Channel.Newest!;
        await UntilAsync(() => broadcast.Timeline.Quality.Reason?.Contains("Storage fails", StringComparison.Ordinal) == true);
        Assert.NotEqual(QualityLevel.Full, broadcast.Timeline.Quality.Level);

        _storage.FailsOn = null;
        await FeedAsync(publication, 5000, 9000);
        await UntilAsync(() => broadcast.Timeline.Quality.Reason?.Contains("Storage", StringComparison.Ordinal) != true);
    }

    [Fact]
    public async Task Disposal_StorageThrowsWhatItShouldNot_LetsGoOfEverything()
    {
        var publication = await BeginAsync();
        await FeedAsync(publication, 0, 5000);
        await ListedAsync(2);
        var broadcast = Channel.Newest!;
        Assert.True(broadcast.Media.HotBytes > 0);
        (_storage.FailsOn, _storage.Failure) = ("live/", new InvalidOperationException("A fault of ours."));

        await _channels.RemoveAsync("test").WaitAsync(TimeLimit);

        Assert.Equal(0, broadcast.Media.HotBytes);
        Assert.True(broadcast.IsEnded);
    }

    public async ValueTask DisposeAsync()
    {
        await _channels.DisposeAsync();
        _directory.Dispose();
        _folder.Dispose();
    }

    private LiveChannels New(LadderOptions ladder) =>
        new(() => TestActors.System, _directory, new BroadcastOptions { Ladder = ladder }, _storage, _time, NullLogger<LiveChannel>.Instance);

    private async Task<Publication> BeginAsync()
    {
        var answer = await _channels.AuthorizeAsync(new PublishRequest("live", _key, null, "1"), CancellationToken.None);
        var publication = Assert.IsType<PublishAnswer.Accepted>(answer).Publication;
        return publication;
    }

    /// <summary>Sends what a publisher sends from then to then, again and again the same second, and waits until it was read.</summary>
    private async Task FeedAsync(Publication publication, uint fromMs, uint untilMs)
    {
        var piece = await TestMedia.ReadTagsAsync(
            await TestMedia.FlvAsync("25", 0, 25, "320x360", seconds: 1, videoOptions: "-preset ultrafast"));
        var from = (int)(fromMs / 1000);
        for (var second = from; second * 1000 < untilMs; second++)
        {
            foreach (var tag in piece)
            {
                var ms = (uint)(second * 1000) + tag.TimestampMs;
                if ((ms >= fromMs && ms < untilMs) || (second == 0 && fromMs == 0 && tag.Body.Span[1] == 0))
                {
                    await publication.WriteAsync(new FlvTag(tag.Type, ms, tag.Body), CancellationToken.None);
                }
            }

            if (second == 0)
            {
                _time.Advance(TimeSpan.FromSeconds(1)); // The time is up for tracks that might still come.
            }
        }
    }

    private Task ListedAsync(int segments) => UntilAsync(() => Channel.Newest?.Snapshot?.Renditions[0].Segments.Length >= segments);

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
