using System.Net;
using System.Xml.Linq;
using Streaming.Gateway.Tests.Nodes;

namespace Streaming.Gateway.Tests.Playback;

/// <summary>Playlists of a broadcast from its beginning to after its end, in the smallest window there is.</summary>
public sealed class LivePlaylistTests
{
    private static readonly string[] Renditions = ["source", "240p", "audio"];

    [Fact]
    public async Task Playlists_FollowedForThreeWindows_KeepTheirPromisesAndEnd()
    {
        await using var node = await Node.StartAsync();
        var channel = await node.CreateChannelAsync();
        await using var publisher = channel.Publish(await Sources.AudioAndVideo);
        var id = (await channel.LiveAsync(Renditions)).BroadcastId!;
        var followers = Renditions.Select(rendition => new Follower(channel, id, rendition)).ToList();

        await Eventually.HoldsAsync(
            "three windows have passed",
            async () =>
            {
                var playlists = await Task.WhenAll(followers.Select(follower => follower.LookAsync()));
                Assert.All(playlists, playlist => Assert.False(playlist.IsEnded));
                Assert.All(playlists, playlist => Assert.InRange(playlist.Segments.Sum(segment => segment.Duration), 0, 8.0));
                return playlists[0].NextMediaSequence >= 18;
            },
            TimeSpan.FromSeconds(60));

        await publisher.StopAsync();
        await channel.EventuallyAsync("the channel is offline", shown => !shown.Live);
        foreach (var follower in followers)
        {
            var last = await follower.LookAsync();
            Assert.True(last.IsEnded, last.Text);
            await follower.FetchAllAsync();
            follower.AssertNoHole();
            Assert.True(follower.FetchedAfterLeaving >= 6, $"{follower.FetchedAfterLeaving}");
            Assert.All(follower.Seen, segment => Assert.False(segment.IsGap));
            Assert.Single(follower.Seen.Select(segment => segment.Map).Distinct());
        }

        // All renditions were cut at the same times and end with the same segment.
        Assert.Single(followers.Select(follower => follower.Seen[^1].MediaSequence).Distinct());
        foreach (var (source, rung) in followers[0].Seen.Join(
            followers[1].Seen, segment => segment.MediaSequence, segment => segment.MediaSequence, (a, b) => (a, b)))
        {
            Assert.Equal((source.Uri, source.Duration), (rung.Uri, rung.Duration));
        }

        // A player that comes late finds the whole end: the multivariant playlist with each rendition, and a static MPD.
        Assert.Equal(Renditions, (await channel.MultivariantAsync())!.Names);
        var mpd = XDocument.Parse(await node.Viewer.GetStringAsync($"/live/{channel.Slug}/manifest.mpd")).Root!;
        Assert.Equal("static", mpd.Attribute("type")?.Value);
        Assert.NotNull(mpd.Attribute("mediaPresentationDuration"));
        Assert.Null(mpd.Attribute("minimumUpdatePeriod"));
    }

    [Fact]
    public async Task EndedBroadcast_AfterItsRetention_IsGone()
    {
        await using var node = await Node.StartAsync("Ladder:Enabled=false", "Retention=00:00:10", "Recordings:Enabled=false");
        var channel = await node.CreateChannelAsync();
        string id;
        await using (var publisher = channel.Publish(await Sources.AudioAndVideo))
        {
            id = (await channel.LiveAsync("source", "audio")).BroadcastId!;
            await publisher.StopAsync();
        }

        var playlist = await channel.PlaylistAsync(id, "source", "the broadcast has ended", listed => listed.IsEnded);
        var segment = $"{channel.Folder(id, "source")}/{playlist.Segments[0].Uri}";
        Assert.Equal(HttpStatusCode.OK, (await node.Viewer.GetAsync(segment)).StatusCode);

        await Eventually.HoldsAsync("the channel has nothing to play", async () => await channel.MultivariantAsync() is null);

        await Problem.AssertAsync(HttpStatusCode.Gone, await node.Viewer.GetAsync($"{channel.Folder(id, "source")}/index.m3u8"));
        await Problem.AssertAsync(HttpStatusCode.Gone, await node.Viewer.GetAsync(segment));
        var media = Path.Combine(node.DataPath, "media", "live", id);
        await Eventually.HoldsAsync("its files are deleted", () => Task.FromResult(!Directory.Exists(media)));
    }
}
