using System.Net.Http.Json;
using Streaming.Gateway.Api;
using Streaming.Gateway.Tests.Nodes;

namespace Streaming.Gateway.Tests.Membership;

/// <summary>A node that is told to end ends its broadcasts first: publishers hear why, and what was sent is a recording.</summary>
public sealed class ShutdownTests
{
    [Fact]
    public async Task Terminated_WhilePublished_TellsThePublisherWhy()
    {
        await using var node = NodeProcess.Start(null);
        var (key, _) = await node.CreateChannelAsync("mine");
        await using var publisher = await node.ConnectRtmpAsync();
        await publisher.HandshakeAsync();
        await publisher.ConnectAsync("live");
        await publisher.CreateStreamAsync();
        await publisher.PublishAsync(key);
        await publisher.ReadStatusAsync("NetStream.Publish.Start");

        var stopping = node.StopAsync();

        var told = await publisher.ReadStatusAsync("NetStream.Publish.BadName");
        Assert.Contains("The server is going down.", told.Text, StringComparison.Ordinal);
        await publisher.DisposeAsync();
        Assert.Equal(0, await stopping);
    }

    [Fact]
    public async Task Stopped_WhilePublished_TheBroadcastIsARecordingWithItsEnd()
    {
        await using var node = await Node.StartAsync("Ladder:Enabled=false");
        var channel = await node.CreateChannelAsync();
        await using var publisher = channel.Publish(await Sources.AudioAndVideo);
        var live = await channel.LiveAsync("source", "audio");
        var listed = await channel.PlaylistAsync(
            live.BroadcastId!, "source", "there are segments", playlist => playlist.Segments.Count >= 2);

        await node.StopAsync();
        Assert.Contains("The server is going down.", await publisher.ExitAsync(), StringComparison.Ordinal);

        await using var again = await Node.StartOnAsync(node.DataPath, "Ladder:Enabled=false");
        var recording = Assert.Single(
            await again.Viewer.GetFromJsonAsync<RecordingResource[]>($"/api/channels/{channel.Slug}/recordings") ?? []);
        Assert.Equal((live.BroadcastId, "available"), (recording.Id, recording.State));
        var stored = PlaylistListing.Parse(await again.Viewer.GetStringAsync($"/vod/{recording.Id}/source/index.m3u8"));
        Assert.True(stored.NextMediaSequence > listed.NextMediaSequence, "what came last is not in it");
    }
}
