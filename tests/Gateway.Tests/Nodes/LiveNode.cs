namespace Streaming.Gateway.Tests.Nodes;

/// <summary>
/// A node with one broadcast of source, 240p and audio under way, whose window is full: its oldest segments have left the
/// memory for the disk. Nothing is recorded: what has left the window is deleted.
/// </summary>
public sealed class LiveNode : IAsyncLifetime
{
    private Publisher? _publisher;

    internal Node Node { get; private set; } = null!;

    internal TestChannel Channel { get; private set; } = null!;

    /// <summary>Id of the broadcast under way.</summary>
    internal string BroadcastId { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Node = await Node.StartAsync("Segments:Window=00:00:12", "Recordings:Enabled=false");
        Channel = await Node.CreateChannelAsync();
        _publisher = Channel.Publish(await Sources.AudioAndVideo);
        BroadcastId = (await Channel.LiveAsync("source", "240p", "audio")).BroadcastId!;
        await Channel.PlaylistAsync(
            BroadcastId, "source", "the window has moved on", playlist => playlist.MediaSequence >= 2);
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
