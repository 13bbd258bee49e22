using Streaming.Gateway.Tests.Nodes;
using Streaming.Gateway.Tests.Playback;

namespace Streaming.Gateway.Tests.Live;

/// <summary>Publishers that are cut off, come back, give way to another, or say that they are done.</summary>
public sealed class ReconnectTests
{
    private static readonly string[] Renditions = ["source", "240p", "audio"];

    [Fact]
    public async Task Publisher_CutOffAndBack_GoesOnInTheSameBroadcastWithItsDateAnew()
    {
        await using var node = await Node.StartAsync();
        var channel = await node.CreateChannelAsync();
        string id;
        List<Follower> followers;
        await using (var first = channel.Publish(await Sources.AudioAndVideo))
        {
            id = (await channel.LiveAsync(Renditions)).BroadcastId!;
            followers = [.. Renditions.Select(rendition => new Follower(channel, id, rendition))];
            await FollowUntilAsync(followers, playlist => playlist.Segments.Count >= 2);
            await first.KillAsync();
        }

        var interrupted = await channel.EventuallyAsync("the cut is seen", shown => shown.Ingest?.State == "interrupted");
        Assert.True(interrupted.Live);
        var before = await channel.PlaylistAsync(id, "source");
        await using var second = channel.Publish(await Sources.AudioAndVideo);

        await FollowUntilAsync(followers, playlist => playlist.NextMediaSequence >= before.NextMediaSequence + 4);

        Assert.Equal(id, (await channel.LiveAsync(Renditions)).BroadcastId);
        foreach (var follower in followers)
        {
            follower.AssertNoHole();
            Assert.Single(follower.Seen.Select(segment => segment.Map).Distinct());
        }

        // The date jumps there: a discontinuity, in all renditions at one number.
        Assert.Single(followers
            .Select(follower => follower.Seen.First(segment => segment.DiscontinuitySequence > 0).MediaSequence).Distinct());
    }

    [Fact]
    public async Task Publisher_CutOff_KeepsEveryQualityOnOfferUntilItIsBack()
    {
        await using var node = await Node.StartAsync();
        var channel = await node.CreateChannelAsync();
        await using var publisher = channel.Publish(await Sources.AudioAndVideo);
        await channel.LiveAsync(Renditions);
        await publisher.KillAsync();
        var cutAt = DateTimeOffset.UtcNow;
        var cut = await channel.EventuallyAsync("the cut is seen", shown => shown.Ingest?.State == "interrupted");

        // A machine that is too slow for the rung may have taken it off before.
        var offered = (await channel.MultivariantAsync())!.Names;
        Assert.True(offered.SequenceEqual(Renditions) || cut.Quality!.Level != Cluster.Governor.QualityLevel.Full);

        // Longer than the moment until the channel next looks after itself.
        await Eventually.HoldsAsync("three seconds have passed", async () =>
        {
            Assert.Equal(offered, (await channel.MultivariantAsync())!.Names);
            var shown = await channel.ShowAsync();
            Assert.Equal(cut.Quality!.Level, shown.Quality!.Level);
            return DateTimeOffset.UtcNow - cutAt > TimeSpan.FromSeconds(3);
        });
    }

    [Fact]
    public async Task Publisher_BackInOtherSize_IsADiscontinuityInAllRenditionsAtOneNumber()
    {
        await using var node = await Node.StartAsync();
        var channel = await node.CreateChannelAsync();
        await using var first = channel.Publish(await Sources.AudioAndVideo);
        var id = (await channel.LiveAsync(Renditions)).BroadcastId!;
        await first.KillAsync();
        await channel.EventuallyAsync("the cut is seen", shown => shown.Ingest?.State == "interrupted");
        var followers = Renditions.Select(rendition => new Follower(channel, id, rendition)).ToList();
        await FollowUntilAsync(followers, _ => true);

        await using var second = channel.Publish(await Sources.OtherSize);
        await FollowUntilAsync(followers, playlist => playlist.Segments.Count(segment => segment.DiscontinuitySequence == 1) >= 2);

        Assert.All(followers, follower => follower.AssertNoHole());
        var breaks = followers
            .Select(follower => follower.Seen.First(segment => segment.DiscontinuitySequence == 1).MediaSequence).ToList();
        Assert.Single(breaks.Distinct());
        var source = followers[0].Seen;
        Assert.Equal(["init-0.mp4", "init-1.mp4"], source.Select(segment => segment.Map).Distinct());
        Assert.Equal("init-1.mp4", source.First(segment => segment.MediaSequence == breaks[0]).Map);
        var shown = await channel.EventuallyAsync("the new size is shown", shown => shown.Ingest?.Height == 270);
        Assert.Equal(id, shown.BroadcastId);
        Assert.Equal((480, 270), (shown.Renditions[0].Width, shown.Renditions[0].Height));
    }

    [Fact]
    public async Task SecondPublisher_WithTheSameKey_TakesOverAndTheFirstIsTold()
    {
        await using var node = await Node.StartAsync("Ladder:Enabled=false");
        var channel = await node.CreateChannelAsync();
        await using var first = await channel.PublishByHandAsync();
        await using var second = channel.Publish(await Sources.AudioAndVideo);
        var id = (await channel.LiveAsync("source", "audio")).BroadcastId!;
        var told = await first.ReadUntilAsync(message => message.Text.Contains("same stream key", StringComparison.Ordinal));
        Assert.True(told.IsCommand("onStatus"));
        await first.ReadToEndAsync();

        await using var third = channel.Publish(await Sources.AudioAndVideo);
        await second.ExitAsync();
        var before = await channel.PlaylistAsync(id, "source");
        var after = await channel.PlaylistAsync(
            id, "source", "the playlist goes on", listed => listed.NextMediaSequence >= before.NextMediaSequence + 3);

        Assert.Single(after.Segments.Select(segment => segment.Map).Distinct());
        Assert.Equal(id, (await channel.ShowAsync()).BroadcastId);
    }

    [Fact]
    public async Task Publisher_Done_EndsBroadcastAndTheNextOneIsNew()
    {
        await using var node = await Node.StartAsync("Ladder:Enabled=false");
        var channel = await node.CreateChannelAsync();
        await using var first = channel.Publish(await Sources.AudioAndVideo);
        var id = (await channel.LiveAsync("source", "audio")).BroadcastId!;
        await first.StopAsync();
        await channel.EventuallyAsync("the channel is offline", shown => !shown.Live, TimeSpan.FromSeconds(5));
        Assert.True((await channel.PlaylistAsync(id, "source")).IsEnded);

        await using var second = channel.Publish(await Sources.AudioAndVideo);
        var next = (await channel.LiveAsync("source", "audio")).BroadcastId!;

        Assert.NotEqual(id, next);
        Assert.Equal(next, (await channel.MultivariantAsync())!.BroadcastId);
        Assert.True((await channel.PlaylistAsync(id, "source")).IsEnded);
    }

    [Fact]
    public async Task Publisher_CutOffForGood_EndsBroadcastAfterTheReconnectWindow()
    {
        await using var node = await Node.StartAsync("Ladder:Enabled=false", "ReconnectWindow=00:00:02");
        var channel = await node.CreateChannelAsync();
        await using var publisher = channel.Publish(await Sources.AudioAndVideo);
        var id = (await channel.LiveAsync("source", "audio")).BroadcastId!;
        await publisher.KillAsync();

        await channel.EventuallyAsync("the cut is seen", shown => shown.Ingest?.State == "interrupted");
        await channel.EventuallyAsync("the channel is offline", shown => !shown.Live, TimeSpan.FromSeconds(10));

        Assert.True((await channel.PlaylistAsync(id, "source")).IsEnded);
    }

    [Fact]
    public async Task Node_ToldToStopWhileLive_StopsWithinSeconds()
    {
        await using var node = await Node.StartAsync();
        var channel = await node.CreateChannelAsync();
        await using var publisher = channel.Publish(await Sources.AudioAndVideo);
        await channel.LiveAsync(Renditions);

        await node.StopAsync().WaitAsync(TimeSpan.FromSeconds(10));

        await publisher.ExitAsync();
    }

    private static Task FollowUntilAsync(List<Follower> followers, Func<PlaylistListing, bool> holds) => Eventually.HoldsAsync(
        "every playlist is as wanted",
        async () => (await Task.WhenAll(followers.Select(follower => follower.LookAsync()))).All(holds));
}
