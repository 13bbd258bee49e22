using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Streaming.Pipeline.Dash;
using Streaming.Pipeline.Hls;
using Streaming.Pipeline.Timelines;

namespace Streaming.Gateway.Playback;

/// <summary>
/// Playlists and MPDs as bytes, written once per version of a timeline and shared by all who ask. What belongs to a version
/// goes with it.
/// </summary>
public sealed class Playlists
{
    private readonly ConditionalWeakTable<BroadcastSnapshot, ConcurrentDictionary<string, byte[]>> _written = [];

    /// <summary>The multivariant playlist.</summary>
    public ReadOnlyMemory<byte> Multivariant(BroadcastSnapshot broadcast) =>
        Of(broadcast, "m3u8", static (output, broadcast, _) =>
            MultivariantPlaylist.Write(output, broadcast, broadcast.Id + "/"));

    /// <summary>The media playlist of a rendition.</summary>
    public ReadOnlyMemory<byte> Media(BroadcastSnapshot broadcast, RenditionSnapshot rendition) =>
        Of(broadcast, rendition.Name, static (output, broadcast, name) =>
            MediaPlaylist.Write(output, broadcast, broadcast.Find(name)!, MediaPlaylistOptions.Default));

    /// <summary>The MPD.</summary>
    public ReadOnlyMemory<byte> Mpd(BroadcastSnapshot broadcast) =>
        Of(broadcast, "mpd", static (output, broadcast, _) =>
            MediaPresentation.Write(output, broadcast, new MediaPresentationOptions { MediaPrefix = broadcast.Id + "/" }));

    private byte[] Of(BroadcastSnapshot broadcast, string key, Action<IBufferWriter<byte>, BroadcastSnapshot, string> write)
    {
        var written = _written.GetValue(broadcast, static _ => new(StringComparer.Ordinal));
        if (!written.TryGetValue(key, out var bytes))
        {
            var output = new ArrayBufferWriter<byte>(4096);
            write(output, broadcast, key);
            bytes = written.GetOrAdd(key, output.WrittenSpan.ToArray());
        }

        return bytes;
    }
}
