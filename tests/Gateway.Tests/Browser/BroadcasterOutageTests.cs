using Streaming.Gateway.Tests.Nodes;

namespace Streaming.Gateway.Tests.Browser;

/// <summary>A viewer at the live edge of a broadcast whose broadcaster is away for a while.</summary>
[Collection(nameof(Chromium))]
[Trait("Category", "Slow")]
public sealed class BroadcasterOutageTests(Chromium chromium)
{
    private const int WindowSeconds = 16;
    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(4);

    [Fact]
    public async Task HlsPlayer_WhileTheJumpOfTheDateGoesThroughTheWindow_LeavesNothingOut()
    {
        await using var node = await Node.StartAsync("Segments:Target=00:00:02", $"Segments:Window=00:00:{WindowSeconds}");
        var channel = await node.CreateChannelAsync();
        await using var first = channel.Publish(await Sources.AudioAndVideo);
        var id = (await channel.LiveAsync("source", "240p", "audio")).BroadcastId!;
        await channel.PlaylistAsync(id, "source", "there is a little to play", playlist => playlist.Segments.Count >= 2);
        await using var watched = await chromium.OpenAsync(new Uri(node.Address, $"/watch/{channel.Slug}"));
        await watched.PlaysAsync();
        await watched.AdvanceAsync(2);

        // The broadcaster is away for as long as the wall clock says: by that much the date jumps.
        var back = DateTimeOffset.UtcNow + Outage;
        await first.KillAsync();
        await Eventually.HoldsAsync("the outage is over", () => Task.FromResult(DateTimeOffset.UtcNow >= back), Outage * 2);
        await using var second = channel.Publish(await Sources.AudioAndVideo);
        await Eventually.HoldsAsync(
            "what came after the outage is shown",
            () => watched.Page.EvaluateAsync<bool>(
                "back => !window.__player.video.seeking && window.__player.date() > back", back.ToUnixTimeMilliseconds()),
            TimeSpan.FromSeconds(30));
        var errorsBefore = (await ErrorsAsync()).Length;

        await watched.AdvanceAsync(WindowSeconds + 2);

        // On a machine that others share, playback may wait for what is late; it must not have to get over a hole.
        Assert.DoesNotContain((await ErrorsAsync())[errorsBefore..], error => error is "bufferSeekOverHole" or "bufferNudgeOnStall");
        Assert.Empty(watched.Complaints);

        Task<string[]> ErrorsAsync() => watched.Page.EvaluateAsync<string[]>("() => [...window.__player.errors]");
    }
}
