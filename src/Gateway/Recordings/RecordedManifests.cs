using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Streaming.Gateway.Playback;
using Streaming.Pipeline.Dash;
using Streaming.Pipeline.Hls;
using Streaming.Pipeline.Timelines;

namespace Streaming.Gateway.Recordings;

/// <summary>Playlists and MPDs of recordings as bytes, written once and kept for as long as the timeline is.</summary>
public sealed class RecordedManifests
{
    private static readonly MediaPlaylistOptions Playlist = new() { OnDemand = true };
    private static readonly MediaPresentationOptions Presentation = new() { OnDemand = true };

    private readonly ConditionalWeakTable<BroadcastSnapshot, ConcurrentDictionary<string, ManifestBytes>> _written = [];

    /// <summary>The multivariant playlist.</summary>
    public ManifestBytes Multivariant(BroadcastSnapshot recording) => Of(
        recording, "index.m3u8", output => MultivariantPlaylist.Write(output, recording, mediaPrefix: ""));

    /// <summary>The media playlist of a rendition.</summary>
    public ManifestBytes Media(BroadcastSnapshot recording, RenditionSnapshot rendition) => Of(
        recording, rendition.Name, output => MediaPlaylist.Write(output, recording, rendition, Playlist));

    /// <summary>The MPD.</summary>
    public ManifestBytes Mpd(BroadcastSnapshot recording) => Of(
        recording, "manifest.mpd", output => MediaPresentation.Write(output, recording, Presentation));

    private ManifestBytes Of(BroadcastSnapshot recording, string name, Action<IBufferWriter<byte>> write) =>
        _written.GetValue(recording, static _ => new(StringComparer.Ordinal)).GetOrAdd(name, _ =>
        {
            var output = new ArrayBufferWriter<byte>(16 * 1024);
            write(output);
            return new ManifestBytes(output.WrittenSpan.ToArray());
        });
}
