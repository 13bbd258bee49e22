using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.IO.Pipelines;
using Streaming.Gateway.Api;
using Streaming.Gateway.Tests.Nodes;
using Streaming.Pipeline.Tests.Rtmp;

namespace Streaming.Gateway.Tests.Api;

/// <summary>Who may publish: keys that are wrong, old, or of a channel that was deleted.</summary>
public sealed class StreamKeyTests(OfflineNode fixture) : IClassFixture<OfflineNode>
{
    private readonly Node _node = fixture.Node;

    [Fact]
    public async Task StreamKey_Rotated_OldOneIsRefusedAndNewOneTaken()
    {
        var channel = await _node.CreateChannelAsync();

        using var response = await _node.Admin.PostAsync($"/api/channels/{channel.Slug}/stream-key", null);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var access = await response.Content.ReadFromJsonAsync<ChannelAccess>();
        Assert.Equal(channel.Slug, access!.Slug);
        Assert.NotEqual(channel.StreamKey, access.StreamKey);
        Assert.Contains("copy it again from the studio", await RefusalAsync("live", channel.StreamKey), StringComparison.OrdinalIgnoreCase);
        await using var publisher = await (channel with { StreamKey = access.StreamKey! }).PublishByHandAsync();
    }

    [Fact]
    public async Task StreamKey_OfNoChannel_IsRefusedWithReason() =>
        Assert.Contains("belongs to no channel", await RefusalAsync("live", "guess"), StringComparison.Ordinal);

    [Fact]
    public async Task Publish_ToOtherApplication_IsRefusedWithReason()
    {
        var channel = await _node.CreateChannelAsync();
        Assert.Contains("publish to 'live'", await RefusalAsync("other", channel.StreamKey), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publish_WithTheKeyInTheApplicationsPlace_IsRefusedWithoutRepeatingIt()
    {
        var channel = await _node.CreateChannelAsync();
        Assert.DoesNotContain(channel.StreamKey, await RefusalAsync(channel.StreamKey, "live"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publish_WithoutAKey_IsToldThatItIsMissing() =>
        Assert.Contains("stream key is missing", await RefusalAsync("live", "?key=x"), StringComparison.Ordinal);

    [Theory]
    [InlineData("/api/channels/{0}")]
    [InlineData("/api/channels/{0}/recordings")]
    [InlineData("/live/{0}/index.m3u8")]
    [InlineData("/live/{0}/manifest.mpd")]
    [InlineData("/live/{0}/thumbnail.jpg")]
    [InlineData("/live/{0}/{0}/{0}/{0}")]
    [InlineData("/vod/{0}/index.m3u8")]
    [InlineData("/api/{0}")]
    public async Task Answer_ToAKeyInTheChannelsPlace_DoesNotRepeatIt(string path)
    {
        var channel = await _node.CreateChannelAsync();
        foreach (var method in (HttpMethod[])[HttpMethod.Get, HttpMethod.Put, HttpMethod.Delete])
        {
            using var request = new HttpRequestMessage(
                method, string.Format(CultureInfo.InvariantCulture, path, channel.StreamKey));
            using var response = await _node.Admin.SendAsync(request);

            Assert.InRange((int)response.StatusCode, 400, 499);
            Assert.DoesNotContain(channel.StreamKey, $"{response} {await response.Content.ReadAsStringAsync()}", StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Channel_DeletedWhilePublishing_EndsPublisherAndPlayback()
    {
        var channel = await _node.CreateChannelAsync();
        await using var publisher = channel.Publish(await Sources.AudioAndVideo);
        var live = await channel.LiveAsync("source", "audio");
        var playlist = $"{channel.Folder(live.BroadcastId!, "source")}/index.m3u8";

        using var deleted = await _node.Admin.DeleteAsync($"/api/channels/{channel.Slug}");

        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        await publisher.ExitAsync();
        await Problem.AssertAsync(HttpStatusCode.NotFound, await _node.Viewer.GetAsync($"/live/{channel.Slug}/index.m3u8"));
        await Problem.AssertAsync(HttpStatusCode.Gone, await _node.Viewer.GetAsync(playlist));
        Assert.Contains("belongs to no channel", await RefusalAsync("live", channel.StreamKey), StringComparison.Ordinal);
    }

    /// <summary>What the server says to a publisher that it does not let in.</summary>
    private async Task<string> RefusalAsync(string app, string key)
    {
        var stream = await _node.ConnectRtmpAsync();
        await using var publisher = new ScriptedPublisher(new DuplexPipe(PipeReader.Create(stream), PipeWriter.Create(stream)));
        await publisher.HandshakeAsync();
        await publisher.ConnectAsync(app);
        await publisher.CreateStreamAsync();
        await publisher.PublishAsync(key);
        var status = await publisher.ReadStatusAsync("NetStream.Publish.");
        Assert.Contains("NetStream.Publish.Unauthorized", status.Text, StringComparison.Ordinal);
        await publisher.ReadToEndAsync();
        return status.Text;
    }
}
