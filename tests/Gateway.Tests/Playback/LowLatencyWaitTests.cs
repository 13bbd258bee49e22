using System.Diagnostics;
using System.Net;
using Streaming.Gateway.Tests.Nodes;
using Streaming.Playlists;

namespace Streaming.Gateway.Tests.Playback;

/// <summary>Viewers who wait for a part while the publisher stands still, or leaves, or while they leave themselves.</summary>
public sealed class LowLatencyWaitTests(OfflineNode offline) : IClassFixture<OfflineNode>
{
    private const int Leavers = 200;

    // Three target durations of 2 s, and what a busy machine adds.
    private static readonly TimeSpan TimeoutMin = TimeSpan.FromSeconds(5.5);
    private static readonly TimeSpan TimeoutMax = TimeSpan.FromSeconds(12);

    [Fact]
    public async Task Reload_WhilePublisherStandsStill_WaitsAndIsRefusedAfterThreeTargetDurations()
    {
        await using var broadcast = await StillAsync();

        var watch = Stopwatch.StartNew();
        var waiting = offline.Node.Viewer.GetAsync(broadcast.NextPart);
        await broadcast.Channel.PlaylistAsync(broadcast.Id, "source");
        Assert.False(waiting.IsCompleted);

        using var response = await waiting;
        await Problem.AssertAsync(HttpStatusCode.ServiceUnavailable, response);
        Assert.True(response.Headers.CacheControl?.NoStore);
        Assert.InRange(watch.Elapsed, TimeoutMin, TimeoutMax);
    }

    [Fact]
    public async Task HintedPart_WhilePublisherStandsStill_WaitsAsLongAndMayYetCome()
    {
        await using var broadcast = await StillAsync();
        var watch = Stopwatch.StartNew();
        using var response = await offline.Node.Viewer.GetAsync(broadcast.Folder + broadcast.Edge.Hint);
        await Problem.AssertAsync(HttpStatusCode.ServiceUnavailable, response);
        Assert.True(response.Headers.CacheControl?.NoStore);
        Assert.InRange(watch.Elapsed, TimeoutMin, TimeoutMax);
    }

    [Fact]
    public async Task Reload_WhilePublisherStandsStill_IsAnsweredWhenItGoesOn()
    {
        await using var broadcast = await StillAsync();
        var playlist = offline.Node.Viewer.GetStringAsync(broadcast.NextPart);
        var part = offline.Node.Viewer.GetByteArrayAsync(broadcast.Folder + broadcast.Edge.Hint);
        await broadcast.Channel.PlaylistAsync(broadcast.Id, "source");
        Assert.False(playlist.IsCompleted || part.IsCompleted);

        await broadcast.Publisher.ResumeAsync();

        var newer = CheckedPlaylist.Parse(await playlist);
        Assert.True(newer.Next.CompareTo(broadcast.Edge.Next) > 0, newer.Text);
        Assert.NotEmpty(await part);
    }

    [Fact]
    public async Task Reload_WhenTheBroadcastEnds_IsAnsweredWithItsEnd()
    {
        await using var broadcast = await StillAsync();
        var waiting = offline.Node.Viewer.GetStringAsync(broadcast.NextPart);

        await broadcast.Publisher.ResumeAsync();
        await broadcast.Publisher.StopAsync();
        await broadcast.Channel.PlaylistAsync(broadcast.Id, "source", "the broadcast has ended", listed => listed.IsEnded);

        await waiting;
        var last = CheckedPlaylist.Parse(await offline.Node.Viewer.GetStringAsync($"{broadcast.Folder}index.m3u8"));
        var watch = Stopwatch.StartNew();
        var beyond = $"{broadcast.Folder}index.m3u8?_HLS_msn={last.Open.MediaSequence + 1}&_HLS_part=0";
        var ended = CheckedPlaylist.Parse(await offline.Node.Viewer.GetStringAsync(beyond));
        Assert.True(ended.IsEnded);
        Assert.Null(ended.Hint);
        Assert.Empty(ended.Open.Parts);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(2), $"{watch.Elapsed}");
    }

    [Fact]
    public async Task HintedPart_OfASegmentThatEndsWithoutIt_IsNotFound()
    {
        await using var broadcast = await StillAsync();
        var waiting = offline.Node.Viewer.GetAsync(broadcast.Folder + broadcast.Edge.Hint);
        await broadcast.Channel.PlaylistAsync(broadcast.Id, "source");
        Assert.False(waiting.IsCompleted);

        // Cut off: the segment ends with what there is, and the next publisher begins another.
        await broadcast.Publisher.KillAsync();
        await using var second = broadcast.Channel.Publish(await Sources.AudioAndVideo);

        using var response = await waiting;
        Assert.True(
            response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.OK, $"{response.StatusCode}");
        var after = await broadcast.Channel.PlaylistAsync(
            broadcast.Id, "source", "the next publisher is on", listed => listed.NextMediaSequence > broadcast.Edge.Open.MediaSequence + 1);
        var made = after.Text.Contains($"\"{broadcast.Edge.Hint}\"", StringComparison.Ordinal);
        Assert.Equal(made ? HttpStatusCode.OK : HttpStatusCode.NotFound, response.StatusCode);
    }

    [Fact]
    public async Task Viewers_WhoLeaveWhileTheyWait_LeaveNothingBehind()
    {
        await using var broadcast = await StillAsync();
        using var active = new ActiveRequests(offline.Node);
        using var leaving = new CancellationTokenSource();
        using var viewers = new HttpClient { BaseAddress = offline.Node.Address };
        var waiting = Enumerable.Range(0, Leavers).Select(index => viewers.GetAsync(
            index % 2 == 0 ? broadcast.NextPart : broadcast.Folder + broadcast.Edge.Hint, leaving.Token)).ToList();
        await Eventually.HoldsAsync("all wait", () => Task.FromResult(active.Count >= Leavers));

        var watch = Stopwatch.StartNew();
        await leaving.CancelAsync();
        await Eventually.HoldsAsync("all have left", () => Task.FromResult(active.Count <= 1));

        // Sooner than the waits would have ended by themselves.
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(4), $"{watch.Elapsed}");
        foreach (var left in waiting)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        }

        await broadcast.Publisher.ResumeAsync();
        var edge = CheckedPlaylist.Parse(await offline.Node.Viewer.GetStringAsync(broadcast.NextPart));
        Assert.True(edge.Next.CompareTo(broadcast.Edge.Next) > 0);
    }

    /// <summary>A broadcast whose publisher has stopped sending, with its newest playlist.</summary>
    private async Task<StillBroadcast> StillAsync()
    {
        var channel = await offline.Node.CreateChannelAsync();
        var publisher = channel.Publish(await Sources.AudioAndVideo);
        var id = (await channel.LiveAsync("source", "audio")).BroadcastId!;
        await channel.PlaylistAsync(id, "source", "two segments are there", playlist => playlist.Segments.Count >= 2);
        await publisher.SuspendAsync();

        // What it had sent already is still on its way through the node.
        var folder = $"{channel.Folder(id, "source")}/";
        var text = "";
        await Eventually.GetAsync(
            "the playlist stands still",
            async () =>
            {
                var before = text;
                text = await offline.Node.Viewer.GetStringAsync(folder + "index.m3u8");
                return before;
            },
            before => before == text,
            pause: TimeSpan.FromMilliseconds(400));
        return new(channel, publisher, id, folder, CheckedPlaylist.Parse(text));
    }

    private sealed record StillBroadcast(
        TestChannel Channel, Publisher Publisher, string Id, string Folder, CheckedPlaylist Edge) : IAsyncDisposable
    {
        public string NextPart => $"{Folder}index.m3u8?_HLS_msn={Edge.Next.MediaSequence}&_HLS_part={Edge.Next.Part}";

        public ValueTask DisposeAsync() => Publisher.DisposeAsync();
    }
}
