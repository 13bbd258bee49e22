using Streaming.Gateway.Tests.Nodes;
using Streaming.Gateway.Tests.Playback;

namespace Streaming.Gateway.Tests.Live;

/// <summary>Sources of other kinds than picture and sound in H.264 and AAC, and a storage that is full.</summary>
public sealed class SourceTests
{
    // Enhanced RTMP v1: PacketTypeSequenceStart with a FourCC, here of HEVC, as OBS sends it.
    private static readonly byte[] HevcSequenceStart = [0x90, .. "hvc1"u8, 1, 1, 0x60, 0, 0, 0, 0x90, 0, 0, 0, 0, 0, 93];

    // FLV before Enhanced RTMP: codec id 12, which some encoders use for HEVC.
    private static readonly byte[] HevcCodecId = [0x1C, 0, 0, 0, 0, 1, 1, 0x60, 0, 0, 0, 0x90, 0, 0, 0, 0, 0, 93];

    [Fact]
    public async Task Source_AudioOnly_PlaysAsOneRendition()
    {
        await using var node = await Node.StartAsync();
        var channel = await node.CreateChannelAsync();
        await using var publisher = channel.Publish(await Sources.AudioOnly);

        var shown = await channel.LiveAsync("audio");
        var audio = new Follower(channel, shown.BroadcastId!, "audio");
        await Eventually.HoldsAsync("the audio goes on", async () => (await audio.LookAsync()).NextMediaSequence >= 4);

        audio.AssertNoHole();
        Assert.Equal(["audio"], (await channel.MultivariantAsync())!.Names);
        Assert.Contains("CODECS=\"mp4a.40.2\"", (await channel.MultivariantAsync())!.Text, StringComparison.Ordinal);
        Assert.Null(shown.Ingest!.VideoCodec);
        Assert.Contains("<AdaptationSet", await node.Viewer.GetStringAsync($"/live/{channel.Slug}/manifest.mpd"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Source_VideoOnly_PlaysWithItsLadder()
    {
        await using var node = await Node.StartAsync();
        var channel = await node.CreateChannelAsync();
        await using var publisher = channel.Publish(await Sources.VideoOnly);

        var shown = await channel.LiveAsync("source", "240p");
        var source = new Follower(channel, shown.BroadcastId!, "source");
        await Eventually.HoldsAsync("the video goes on", async () => (await source.LookAsync()).NextMediaSequence >= 4);

        source.AssertNoHole();
        Assert.Equal(["source", "240p"], (await channel.MultivariantAsync())!.Names);
        Assert.DoesNotContain("mp4a", (await channel.MultivariantAsync())!.Text, StringComparison.Ordinal);
        Assert.Null((await channel.ShowAsync()).Ingest!.AudioCodec);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Source_Hevc_IsRefusedInASentence(bool isEnhanced)
    {
        await using var node = await Node.StartAsync();
        var channel = await node.CreateChannelAsync();
        await using var publisher = await channel.PublishByHandAsync();

        await publisher.SendVideoAsync(0, isEnhanced ? HevcSequenceStart : HevcCodecId);

        var told = await publisher.ReadUntilAsync(message => message.Text.Contains("H.264", StringComparison.Ordinal));
        Assert.True(told.IsCommand("onStatus"));
        Assert.Contains("HEVC video is not supported", told.Text, StringComparison.Ordinal);
        await publisher.ReadToEndAsync();
        Assert.False((await channel.ShowAsync()).Live);

        // Another encoder, well set, finds the channel as it was.
        await using var next = channel.Publish(await Sources.AudioAndVideo);
        await channel.LiveAsync("source", "240p", "audio");
    }

    [Fact]
    public async Task Storage_Full_BroadcastPlaysFromMemory()
    {
        await using var node = await Node.StartAsync("Storage:MaxBytes=100000");
        var channel = await node.CreateChannelAsync();
        await using var publisher = channel.Publish(await Sources.AudioAndVideo);
        var id = (await channel.LiveAsync("source", "240p", "audio")).BroadcastId!;
        var followers = ((string[])["source", "240p", "audio"]).Select(rendition => new Follower(channel, id, rendition)).ToList();

        await Eventually.HoldsAsync(
            "two windows have passed",
            async () => (await Task.WhenAll(followers.Select(follower => follower.LookAsync())))
                .All(playlist => playlist.NextMediaSequence >= 14));

        foreach (var follower in followers)
        {
            follower.AssertNoHole();
            await follower.FetchAllAsync();
        }

        var stored = new DirectoryInfo(Path.Combine(node.DataPath, "media")).EnumerateFiles("*", SearchOption.AllDirectories);
        Assert.True(stored.Sum(file => file.Length) <= 100_000);
    }
}
