using Microsoft.Playwright;
using Streaming.Gateway.Tests.Nodes;

namespace Streaming.Gateway.Tests.Browser;

/// <summary>A viewer of low-latency DASH: dash.js on the watch page, with the segments and parts that are the default.</summary>
[Collection(nameof(Chromium))]
[Trait("Category", "Slow")]
public sealed class LowLatencyDashTests(Chromium chromium)
{
    private const int Samples = 60;

    // A name of its own, by which the test finds its transcoder.
    private const string Rung = "243p";

    // 2.0 s is what is aimed at; the rest is for a machine that other tests share.
    private const double LatencyMax = 2.5;

    [Fact]
    public async Task DashPlayer_OfALadder_HoldsItsLatencyWithoutStall()
    {
        await using var node = await Node.StartAsync("Segments:Target=00:00:02", "Segments:Window=00:00:30");
        var channel = await node.CreateChannelAsync();
        await using var publisher = channel.Publish(await Sources.AudioAndVideo);
        var live = await channel.LiveAsync("source", "240p", "audio");
        await channel.PlaylistAsync(live.BroadcastId!, "240p", "there is a little to play", playlist => playlist.Segments.Count >= 4);
        await using var page = await chromium.OpenAsync(new Uri(node.Address, $"/watch/{channel.Slug}?player=dash"));
        await page.PlaysAsync();
        await page.AdvanceAsync(6);
        await page.BeginMeterAsync();
        var (manifests, segments) = (0, 0);
        page.Page.Request += (_, request) =>
        {
            manifests += request.Url.EndsWith("/manifest.mpd", StringComparison.Ordinal) ? 1 : 0;
            var isSegment = request.Url.EndsWith(".m4s", StringComparison.Ordinal);
            segments += isSegment && !request.Url.Contains("/audio/", StringComparison.Ordinal) ? 1 : 0;
        };
        var stallsBefore = await page.Page.EvaluateAsync<int>("() => window.__player.stalls");
        var latencies = new List<double>();
        for (var sample = 0; sample < Samples; sample++)
        {
            await page.AdvanceAsync(0.25);
            latencies.Add(await page.Page.EvaluateAsync<double>("() => window.__player.latency() ?? 99"));
        }

        var said = string.Join(' ', latencies.Select(latency => $"{latency:0.00}"));
        var stalls = await page.Page.EvaluateAsync<int>("() => window.__player.stalls");
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{said}; still {await page.LongestStillAsync()}; stalls {stalls}, before {stallsBefore}");
        latencies.Sort();
        Assert.True(latencies[Samples / 2] <= LatencyMax, said);
        Assert.Equal(stallsBefore, stalls);
        Assert.Empty(page.Complaints);

        // Segments are even, so the MPD tells nothing of them: it is asked for once in two.
        Assert.InRange(segments, 6, 12);
        Assert.InRange(manifests, 2, (segments / 2) + 2);
    }

    [Fact(Skip = "Open: dash.js stands still at a gap that follows a run which was taken over.")]
    public async Task DashPlayer_OfARungWithAGap_GoesOnBehindIt()
    {
        await using var node = await Node.StartAsync("Ladder:Rungs:0:Name=" + Rung, "Segments:Window=00:00:30");
        var channel = await node.CreateChannelAsync();
        await using var publisher = channel.Publish(await Sources.AudioAndVideo);
        var id = (await channel.LiveAsync("source", Rung, "audio")).BroadcastId!;
        await channel.PlaylistAsync(id, Rung, "there is a little to play", playlist => playlist.Segments.Count >= 4);
        await using var page = await chromium.OpenAsync(new Uri(node.Address, $"/watch/{channel.Slug}?player=dash"));
        await page.PlaysAsync();
        await page.SelectAsync(Rung);
        await page.AdvanceAsync(2);

        await Transcoders.KillUntilGapAsync(channel, id, Rung);
        var gap = (await channel.PlaylistAsync(id, Rung, "there is a gap", playlist => playlist.Segments.Any(segment => segment.IsGap)))
            .Segments.Last(segment => segment.IsGap);
        Assert.NotEmpty(await node.Viewer.GetByteArrayAsync($"{channel.Folder(id, Rung)}/{gap.Uri}"));
        await page.AdvanceAsync(10);

        // The answer that was under way broke off; there was no end to come.
        Assert.All(page.Complaints, complaint => Assert.Contains("net::ERR_", complaint, StringComparison.Ordinal));
        Assert.InRange(page.Complaints.Count, 0, 2);
    }

    [Fact]
    public async Task DashPlayer_AtTheBeginningOfAPeriodThatIsOver_PlaysThroughItIntoTheNext()
    {
        await using var node = await Node.StartAsync("Segments:Window=00:05:00");
        var channel = await node.CreateChannelAsync();
        await using var first = channel.Publish(await Sources.AudioAndVideo);
        var id = (await channel.LiveAsync("source", "240p", "audio")).BroadcastId!;
        await channel.PlaylistAsync(id, "240p", "the first period is a few segments long", playlist => playlist.Segments.Count >= 4);
        await first.KillAsync();
        await using var second = channel.Publish(await Sources.AudioAndVideo);
        await Eventually.HoldsAsync("the first period is not listed", async () =>
            (await node.Viewer.GetStringAsync($"/live/{channel.Slug}/manifest.mpd")).Contains("endNumber", StringComparison.Ordinal));
        await using var page = await chromium.OpenAsync(new Uri(node.Address, $"/watch/{channel.Slug}?player=dash"));
        await page.PlaysAsync();

        await page.Page.GetByRole(AriaRole.Slider, new() { Name = "Position in the broadcast" }).PressAsync("Home");
        var boundary = node.Broadcast(channel.Slug).Snapshot!.Periods[1];
        await Eventually.HoldsAsync("it is in the first period", async () => await DateAsync() < boundary.ProgramDateTime);
        await page.AdvanceAsync((boundary.ProgramDateTime - await DateAsync()).TotalSeconds + 2);
        Assert.InRange(await DateAsync(), boundary.ProgramDateTime, DateTimeOffset.MaxValue);
        Assert.Empty(page.Complaints);

        async Task<DateTimeOffset> DateAsync() => DateTimeOffset.FromUnixTimeMilliseconds(
            (long)await page.Page.EvaluateAsync<double>("() => window.__player.video.seeking ? 1e14 : window.__player.date()"));
    }
}
