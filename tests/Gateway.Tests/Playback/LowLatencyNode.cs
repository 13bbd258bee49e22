using Streaming.Gateway.Tests.Nodes;
using Streaming.Playlists;

namespace Streaming.Gateway.Tests.Playback;

/// <summary>A node with a broadcast whose window reaches beyond the skip boundary, six target durations of 2 s.</summary>
public sealed class LowLatencyNode : IAsyncLifetime
{
    internal static readonly string[] Renditions = ["source", "240p", "audio"];

    private Publisher? _publisher;

    internal Node Node { get; private set; } = null!;

    internal TestChannel Channel { get; private set; } = null!;

    internal string BroadcastId { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Node = await Node.StartAsync("Segments:Window=00:00:16");
        Channel = await Node.CreateChannelAsync();
        _publisher = Channel.Publish(await Sources.AudioAndVideo);
        BroadcastId = (await Channel.LiveAsync(Renditions)).BroadcastId!;
    }

    /// <summary>Address of a rendition's playlist.</summary>
    internal string Playlist(string rendition) => $"{Channel.Folder(BroadcastId, rendition)}/index.m3u8";

    /// <summary>A rendition's playlist as it is now.</summary>
    internal async Task<CheckedPlaylist> NowAsync(string rendition) =>
        CheckedPlaylist.Parse(await Node.Viewer.GetStringAsync(Playlist(rendition)));

    public async ValueTask DisposeAsync()
    {
        if (_publisher is not null)
        {
            await _publisher.DisposeAsync();
        }

        await Node.DisposeAsync();
    }
}
