using Streaming.Gateway.Tests.Nodes;

namespace Streaming.Gateway.Tests.Browser;

/// <summary>A viewer at the live edge whose network stands still for a while.</summary>
[Collection(nameof(Chromium))]
[Trait("Category", "Slow")]
public sealed class ReturnToLiveTests(Chromium chromium)
{
    // What is left of the time that was lost, for a machine that other tests share.
    private const double RemainderMax = 1.5;

    // One to come back by; a player may also step over what is missing, and load anew.
    private const int SeeksMax = 4;

    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(7);
    private static readonly TimeSpan ReturnLimit = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData("hls")]
    [InlineData("dash")]
    public async Task Player_OfflineForLongerThanItsBuffer_ComesBackToItsLatencyWithoutASeekStorm(string player)
    {
        await using var node = await Node.StartAsync("Segments:Target=00:00:02", "Segments:Window=00:01:00");
        var channel = await node.CreateChannelAsync();
        await using var publisher = channel.Publish(await Sources.AudioAndVideo);
        var live = await channel.LiveAsync("source", "240p", "audio");
        await channel.PlaylistAsync(
            live.BroadcastId!, "240p", "there is a little to play", playlist => playlist.Segments.Count >= 4);
        var address = new Uri(node.Address, $"/watch/{channel.Slug}?player={player}");
        await using var watched = await chromium.OpenAsync(address);
        var page = watched.Page;
        await watched.PlaysAsync();
        await watched.AdvanceAsync(5);
        var before = await page.EvaluateAsync<double>("() => window.__player.latency()");
        await page.EvaluateAsync(
            "() => { window.__seeks = 0; window.__player.video.addEventListener('seeking', () => window.__seeks++); }");

        // The connection is away for as long as the wall clock says: there is no other to wait by.
        var back = DateTimeOffset.UtcNow + Outage;
        await page.Context.SetOfflineAsync(true);
        await Eventually.HoldsAsync(
            "the outage is over", () => Task.FromResult(DateTimeOffset.UtcNow >= back), Outage * 2);
        await page.Context.SetOfflineAsync(false);

        await Eventually.GetAsync(
            $"the latency is about {before:0.0} s again",
            () => page.EvaluateAsync<double>("() => window.__player.latency() ?? 99"),
            latency => latency > 0 && latency < before + RemainderMax,
            ReturnLimit);
        await watched.AdvanceAsync(5);
        Assert.InRange(await page.EvaluateAsync<double>("() => window.__player.latency()"), 0, before + RemainderMax);
        Assert.InRange(await page.EvaluateAsync<int>("() => window.__seeks"), 0, SeeksMax);
    }
}
