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
    private static readonly MediaPlaylistOptions Whole = new() { LowLatency = true };
    private static readonly MediaPlaylistOptions Delta = new() { LowLatency = true, Delta = true };

    private readonly ConditionalWeakTable<BroadcastSnapshot, ConcurrentDictionary<Key, ManifestBytes>> _written = [];

    private enum Kind
    {
        Multivariant,
        Media,
        MediaDelta,
        Mpd,
    }

    /// <summary>The multivariant playlist.</summary>
    public ManifestBytes Multivariant(BroadcastSnapshot broadcast) => Of(broadcast, new(Kind.Multivariant, ""));

    /// <summary>The media playlist of a rendition; with <paramref name="skip"/> the delta update, where there is something
    /// to skip.</summary>
    public ManifestBytes Media(BroadcastSnapshot broadcast, RenditionSnapshot rendition, bool skip) =>
        Of(broadcast, new(skip ? Kind.MediaDelta : Kind.Media, rendition.Name));

    /// <summary>The MPD.</summary>
    public ManifestBytes Mpd(BroadcastSnapshot broadcast) => Of(broadcast, new(Kind.Mpd, ""));

    private static void Write(IBufferWriter<byte> output, BroadcastSnapshot broadcast, Key key)
    {
        switch (key.Kind)
        {
            case Kind.Multivariant:
                MultivariantPlaylist.Write(output, broadcast, broadcast.Id + "/");
                break;
            case Kind.Mpd:
                MediaPresentation.Write(
                    output,
                    broadcast,
                    new MediaPresentationOptions { MediaPrefix = broadcast.Id + "/", LowLatency = true });
                break;
            default:
                MediaPlaylist.Write(
                    output, broadcast, broadcast.Find(key.Rendition)!, key.Kind == Kind.Media ? Whole : Delta);
                break;
        }
    }

    private ManifestBytes Of(BroadcastSnapshot broadcast, Key key)
    {
        var written = _written.GetValue(broadcast, static _ => new());
        if (written.TryGetValue(key, out var manifest))
        {
            return manifest;
        }

        var output = new ArrayBufferWriter<byte>(4096);
        Write(output, broadcast, key);
        return written.GetOrAdd(key, new ManifestBytes(output.WrittenSpan.ToArray()));
    }

    private readonly record struct Key(Kind Kind, string Rendition);
}
