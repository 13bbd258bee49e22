using System.Net.Http.Json;
using Streaming.Gateway.Api;
using Streaming.Gateway.Tests.Nodes;
using Streaming.Pipeline.Tests.Storage.Gcs;

namespace Streaming.Gateway.Tests.Browser;

/// <summary>Viewers of a recording in a public bucket: with nothing of ours but its objects, and redirected to it.</summary>
[Collection(nameof(Chromium))]
[Trait("Category", "Slow")]
public sealed class BucketPlayerTests(Chromium chromium)
{
    [Fact]
    public async Task Recording_InAPublicBucket_PlaysInBrowsers()
    {
        await using var fake = await FakeGcs.StartAsync();
        await using var bucket = await PublicBucket.StartAsync(fake);
        await using var node = await Node.StartAsync(
            "Ladder:Enabled=false", "Storage:Kind=gcs", $"Storage:Bucket={fake.Bucket}",
            $"Storage:PublicBaseUrl={bucket.Address}", $"--STORAGE_EMULATOR_HOST={fake.Address.Authority}");
        var channel = await node.CreateChannelAsync();
        await using (var publisher = channel.Publish(await Sources.AudioAndVideo))
        {
            var live = await channel.LiveAsync("source", "audio");
            await channel.PlaylistAsync(
                live.BroadcastId!, "source", "it is some seconds long", playlist => playlist.NextMediaSequence >= 10);
            await publisher.StopAsync();
        }

        var recording = Assert.Single(await Eventually.GetAsync(
            "there is a recording",
            async () => (await node.Viewer.GetFromJsonAsync<IReadOnlyList<RecordingResource>>($"/api/channels/{channel.Slug}/recordings"))!,
            found => found.Count > 0));
        var folder = $"live/{recording.Id}";
        await Eventually.HoldsAsync("it has manifests", () => Task.FromResult(fake.Find($"{folder}/index.m3u8") is not null));

        // The page is the node's: the bucket's are of another origin.
        foreach (var (player, manifest) in ((string, string)[])
            [("shaka", "index.m3u8"), ("shaka", "manifest.mpd"), ("video.js", "index.m3u8")])
        {
            var address = new Uri(bucket.Address, $"{folder}/{manifest}").AbsoluteUri;
            await using var viewer = await ForeignPlayer.PlayAsync(chromium, node, player, address);
            await viewer.AdvanceAsync(1);
            await viewer.SeekAsync(6);
            await viewer.AdvanceAsync(1);
        }

        // Our page, whose manifests are the node's, is redirected to the bucket for segments.
        foreach (var player in (string[])["hls", "dash"])
        {
            var before = bucket.Asked.Count;
            await using var page = await chromium.OpenAsync(new Uri(node.Address, $"{recording.WatchUrl}?player={player}"));
            await page.PlaysAsync();
            await page.AdvanceAsync(2);
            Assert.Contains(bucket.Asked.Skip(before), name => name == $"{folder}/source/1.m4s");
            Assert.DoesNotContain(bucket.Asked.Skip(before), name => name.EndsWith(".m3u8", StringComparison.Ordinal));
        }
    }
}
