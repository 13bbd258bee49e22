using System.Net;
using Streaming.Gateway.Tests.Nodes;
using Streaming.Pipeline.Tests;

namespace Streaming.Gateway.Tests.Metrics;

/// <summary>What <c>/metrics</c> tells of a broadcast and of who watches it.</summary>
public sealed class ScrapeTests
{
    private const string Requests = "streaming_playback_requests_total";

    [Fact]
    public async Task Broadcast_WithItsLadder_IsTold()
    {
        await using var node = await Node.StartAsync();
        var channel = await node.CreateChannelAsync();
        await using (channel.Publish(await TestMedia.FlvAsync(seconds: 4, size: "640x360")))
        {
            await channel.LiveAsync("source", "240p");
            var told = await Scrape.UntilAsync(node, "all is told", scrape =>
                scrape.Of("streaming_ingest_tags_total") > 0
                && scrape.Of("streaming_ingest_received_bytes_total") > 0
                && scrape.Of("streaming_transcoder_pictures_total") > 0
                && scrape.Of("streaming_transcoder_lag_seconds_count") > 0
                && scrape.Of("streaming_storage_written_bytes_total") > 0);
            Assert.Equal(1, told.Of("streaming_broadcast_active"));
            Assert.Equal(1, told.Of("streaming_broadcast_publishers"));
            Assert.Equal(1, told.Of("streaming_connections_rtmp"));
            Assert.Equal(1, told.Of("streaming_transcoder_broadcasts", "state=\"running\""));
            Assert.Equal(told.Of("streaming_storage_written_bytes_total"), told.Of("streaming_storage_used_bytes"));
        }

        var ended = await Scrape.UntilAsync(
            node, "the publisher has left", scrape => scrape.Of("streaming_ingest_publications_ended_total") == 1);
        Assert.Equal(1, ended.Of("streaming_ingest_publications_total"));
        Assert.Equal(0, ended.Of("streaming_broadcast_publishers"));
    }

    [Fact]
    public async Task Names_AreThoseOfTheTable_AndNoLabelNamesAChannel()
    {
        await using var node = await Node.StartAsync("Ladder:Enabled=false");
        var channel = await node.CreateChannelAsync();
        await using var publisher = channel.Publish(await Sources.VideoOnly);
        await channel.LiveAsync("source");
        await node.Viewer.GetStringAsync($"/live/{channel.Slug}/index.m3u8");

        var told = await Scrape.UntilAsync(node, "the playlist is counted", scrape => scrape.Of(Requests) > 0);

        var known = DocumentedInstrument.ReadAll().SelectMany(instrument => instrument.PrometheusNames).ToHashSet();
        Assert.All(
            told.Names.Where(name => name.StartsWith("streaming_", StringComparison.Ordinal)), name => Assert.Contains(name, known));
        Assert.DoesNotContain(channel.Slug, told.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(channel.StreamKey, told.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Requests_OfLivePlayback_AreCountedByKindAndStatus()
    {
        await using var node = await Node.StartAsync("Ladder:Enabled=false");
        var channel = await node.CreateChannelAsync();
        await AskAsync(node, $"/live/{channel.Slug}/index.m3u8", HttpStatusCode.NotFound);
        await using var publisher = channel.Publish(await Sources.VideoOnly);
        var folder = channel.Folder((await channel.LiveAsync("source")).BroadcastId!, "source");
        var first = await channel.PlaylistAsync(
            (await channel.ShowAsync()).BroadcastId!, "source", "a segment is listed", list => list.Text.Contains(".m4s", StringComparison.Ordinal));

        await AskAsync(node, $"{folder}/init-0.mp4", HttpStatusCode.OK);
        await AskAsync(node, $"{folder}/index.m3u8?_HLS_msn=x", HttpStatusCode.BadRequest);
        await AskAsync(node, $"{folder}/99999999.m4s", HttpStatusCode.NotFound);
        await AskAsync(node, $"{folder}/nothing", HttpStatusCode.NotFound);
        await AskAsync(node, $"{folder}/index.m3u8?_HLS_msn={first.NextMediaSequence + 1}", HttpStatusCode.OK);

        var told = await Scrape.UntilAsync(node, "all are counted", scrape =>
            scrape.Of("streaming_playback_waits_total", "kind=\"media_playlist\"") > 0
            && scrape.Of(Requests, "kind=\"header\"", "status=\"200\"") == 1);
        Assert.Equal(1, told.Of(Requests, "kind=\"multivariant_playlist\"", "status=\"404\""));
        Assert.Equal(1, told.Of(Requests, "kind=\"media_playlist\"", "status=\"400\""));
        Assert.Equal(1, told.Of(Requests, "kind=\"segment\"", "status=\"404\""));
        Assert.Equal(1, told.Of(Requests, "kind=\"header\"", "status=\"404\""));
        Assert.Equal(0, told.Of("streaming_playback_waiting"));
        Assert.Equal(0, told.Of(Requests, "delivery=\"recording\""));
        Assert.True(told.Of("streaming_connections_sent_bytes_total") > 0);
    }

    [Fact]
    public async Task Requests_OfRecordings_AreCountedApart()
    {
        await using var node = await Node.StartAsync("Ladder:Enabled=false");

        await AskAsync(node, "/vod/20260101T000000Z-00000000/index.m3u8", HttpStatusCode.NotFound);
        await AskAsync(node, "/vod/20260101T000000Z-00000000/source/7.m4s", HttpStatusCode.NotFound);

        var told = await Scrape.UntilAsync(node, "both are counted", scrape => scrape.Of(Requests, "delivery=\"recording\"") == 2);
        Assert.Equal(1, told.Of(Requests, "kind=\"multivariant_playlist\"", "status=\"404\""));
        Assert.Equal(1, told.Of(Requests, "kind=\"segment\"", "status=\"404\""));
    }

    [Fact]
    public async Task Nodes_OfOneProcess_TellTheirOwn()
    {
        await using var one = await Node.StartAsync("Ladder:Enabled=false");
        await using var other = await Node.StartAsync("Ladder:Enabled=false");
        await AskAsync(one, "/live/nobody/manifest.mpd", HttpStatusCode.NotFound);

        await Scrape.UntilAsync(one, "it is counted", scrape => scrape.Of(Requests, "kind=\"mpd\"") == 1);
        Assert.Equal(0, (await Scrape.Async(other)).Of(Requests));
    }

    private static async Task AskAsync(Node node, string path, HttpStatusCode status)
    {
        using var response = await node.Viewer.GetAsync(path);
        Assert.Equal(status, response.StatusCode);
    }
}
