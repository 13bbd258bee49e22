using Streaming.Gateway.Tests.Nodes;
using Streaming.Gateway.Tests.Playback;
using Streaming.Pipeline.Tests;

namespace Streaming.Gateway.Tests.Live;

/// <summary>
/// Publishers of one broadcast that do not bring the same tracks. Who came for the first of them goes on in every rendition.
/// </summary>
public sealed class ChangingTracksTests
{
    private static readonly string[] Renditions = ["source", "240p", "audio"];

    [Fact]
    public async Task AudioAlone_AfterBoth_GoesOnWithABlackPicture()
    {
        await using var node = await Node.StartAsync();
        var channel = await node.CreateChannelAsync();
        var (id, followers) = await PublishAndCutOffAsync(channel, await Sources.AudioAndVideo, Renditions);

        await using var second = channel.Publish(await Sources.AudioOnly);
        await GoesOnAsync(followers);

        var shown = await channel.LiveAsync(Renditions);
        Assert.Equal(id, shown.BroadcastId);
        Assert.Null(shown.Ingest!.VideoCodec);
        Assert.Null(shown.Ingest.Width);
        Assert.NotNull(shown.Ingest.AudioCodec);
        Assert.Equal(["init-0.mp4", "init-1.mp4"], followers[0].Seen.Select(segment => segment.Map).Distinct());
        Assert.Equal(["init-0.mp4"], followers[2].Seen.Select(segment => segment.Map).Distinct());
        Assert.Equal(Renditions, (await channel.MultivariantAsync())!.Names);
        Assert.InRange(await NewestLumaAsync(channel, id, "source"), 16, 18);
        Assert.InRange(await NewestLumaAsync(channel, id, "240p"), 16, 18);
    }

    [Fact]
    public async Task VideoAlone_AfterBoth_GoesOnWithSilence()
    {
        await using var node = await Node.StartAsync();
        var channel = await node.CreateChannelAsync();
        var (id, followers) = await PublishAndCutOffAsync(channel, await Sources.AudioAndVideo, Renditions);

        await using var second = channel.Publish(await Sources.VideoOnly);
        await GoesOnAsync(followers);

        var shown = await channel.LiveAsync(Renditions);
        Assert.Equal(id, shown.BroadcastId);
        Assert.Null(shown.Ingest!.AudioCodec);
        Assert.All(followers, follower => Assert.Single(follower.Seen.Select(segment => segment.Map).Distinct()));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Both_AfterOne_AreFoundByWhoComesThen(bool isAudioFirst)
    {
        await using var node = await Node.StartAsync();
        var channel = await node.CreateChannelAsync();
        string[] first = isAudioFirst ? ["audio"] : ["source", "240p"];
        var (id, followers) = await PublishAndCutOffAsync(
            channel, await (isAudioFirst ? Sources.AudioOnly : Sources.VideoOnly), first);
        Assert.Equal(first, (await channel.MultivariantAsync())!.Names);

        await using var second = channel.Publish(await Sources.AudioAndVideo);
        await GoesOnAsync(followers);

        Assert.Equal(id, (await channel.LiveAsync(Renditions)).BroadcastId);
        Assert.Equal(Renditions, (await channel.MultivariantAsync())!.Names);
        var later = Renditions.Except(first).Select(rendition => new Follower(channel, id, rendition)).ToList();
        await GoesOnAsync(later);
    }

    [Fact]
    public async Task Audio_ThatIsPromisedAndComesLate_WasThereAsSilence()
    {
        await using var node = await Node.StartAsync("Ladder:Enabled=false");
        var channel = await node.CreateChannelAsync();
        await using var publisher = await PacedPublisher.StartAsync(
            channel, await LateAudio.TagsAsync(lateMs: 6000, seconds: 20));

        var id = (await channel.LiveAsync("source", "audio")).BroadcastId!;
        var first = await channel.PlaylistAsync(id, "audio", "there is silence", listed => listed.Segments.Count > 0);
        var silent = await channel.Node.Viewer.GetByteArrayAsync($"{channel.Folder(id, "audio")}/{first.Segments[0].Uri}");
        Assert.InRange(silent.Length, 100, 2000);
        Assert.Null((await channel.ShowAsync()).Ingest!.AudioCodec);

        await channel.EventuallyAsync("audio comes in", shown => shown.Ingest?.AudioCodec is not null);
        var heard = await Eventually.GetAsync(
            "the rendition has sound",
            async () =>
            {
                var listed = await channel.PlaylistAsync(id, "audio");
                return await channel.Node.Viewer.GetByteArrayAsync($"{channel.Folder(id, "audio")}/{listed.Segments[^1].Uri}");
            },
            segment => segment.Length > 5000);
        Assert.NotEmpty(heard);
        var all = await channel.PlaylistAsync(id, "audio");
        Assert.Single(all.Segments.Select(segment => (segment.Map, segment.DiscontinuitySequence)).Distinct());
    }

    private static async Task<(string Id, List<Follower> Followers)> PublishAndCutOffAsync(
        TestChannel channel, string file, string[] renditions)
    {
        await using var publisher = channel.Publish(file);
        var id = (await channel.LiveAsync(renditions)).BroadcastId!;
        List<Follower> followers = [.. renditions.Select(rendition => new Follower(channel, id, rendition))];
        await FollowAsync(followers, (_, playlist) => playlist.Segments.Count >= 2);
        await publisher.KillAsync();
        await channel.EventuallyAsync("the cut is seen", shown => shown.Ingest?.State == "interrupted");
        return (id, followers);
    }

    /// <summary>Each rendition has some more segments, with media in them, and none that a player would miss.</summary>
    private static async Task GoesOnAsync(List<Follower> followers)
    {
        var before = new Dictionary<Follower, long>();
        foreach (var follower in followers)
        {
            before[follower] = (await follower.LookAsync()).NextMediaSequence;
        }

        await FollowAsync(followers, (follower, playlist) => playlist.NextMediaSequence >= before[follower] + 4);
        Assert.All(followers, follower => follower.AssertNoHole());
        Assert.All(followers, follower => Assert.DoesNotContain(
            follower.Seen, segment => segment.IsGap && segment.MediaSequence > before[follower] + 1));
    }

    private static Task FollowAsync(List<Follower> followers, Func<Follower, PlaylistListing, bool> holds) =>
        Eventually.HoldsAsync("every rendition has come so far", async () =>
        {
            var all = true;
            foreach (var follower in followers)
            {
                all &= holds(follower, await follower.LookAsync());
            }

            return all;
        });

    /// <summary>Mean luma of the newest segment's first picture, as ffmpeg decodes it without an error.</summary>
    private static async Task<int> NewestLumaAsync(TestChannel channel, string id, string rendition)
    {
        var newest = (await channel.PlaylistAsync(id, rendition)).Segments[^1];
        var folder = Directory.CreateTempSubdirectory("streaming-newest-");
        try
        {
            var (file, raw) = (Path.Combine(folder.FullName, "newest.mp4"), Path.Combine(folder.FullName, "newest.gray"));
            await File.WriteAllBytesAsync(file,
            [
                .. await channel.Node.Viewer.GetByteArrayAsync($"{channel.Folder(id, rendition)}/{newest.Map}"),
                .. await channel.Node.Viewer.GetByteArrayAsync($"{channel.Folder(id, rendition)}/{newest.Uri}"),
            ]);
            await TestMedia.RunAsync(
                "ffmpeg",
                ["-v", "error", "-nostdin", "-xerror", "-i", file, "-frames:v", "1", "-vf", "scale=1:1:flags=area", "-pix_fmt", "yuv420p",
                    "-f", "rawvideo", raw]);
            return (await File.ReadAllBytesAsync(raw))[0];
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
