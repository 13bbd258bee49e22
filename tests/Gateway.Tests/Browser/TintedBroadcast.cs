using Streaming.Gateway.Tests.Nodes;

namespace Streaming.Gateway.Tests.Browser;

/// <summary>A node with a broadcast of <see cref="Sources.Tinted"/>, again and again, that one can go back in.</summary>
public sealed class TintedBroadcast : IAsyncLifetime
{
    private Publisher? _publisher;

    internal Node Node { get; private set; } = null!;

    internal TestChannel Channel { get; private set; } = null!;

    internal string BroadcastId { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        // Longer than the tests take: who is at the beginning of a window that moves does not stay there.
        Node = await Node.StartAsync("Segments:Window=00:05:00");
        Channel = await Node.CreateChannelAsync();
        _publisher = Channel.Publish(await Sources.Tinted);
        BroadcastId = (await Channel.LiveAsync("source", "240p", "audio")).BroadcastId!;
        await Channel.PlaylistAsync(
            BroadcastId, "240p", "there is something to go back to", playlist => playlist.Segments.Count >= 15);
    }

    public async ValueTask DisposeAsync()
    {
        if (_publisher is not null)
        {
            await _publisher.DisposeAsync();
        }

        await Node.DisposeAsync();
    }
}
