using System.Buffers;
using Streaming.Pipeline.Dash;
using Streaming.Pipeline.Hls;
using Streaming.Pipeline.Timelines;

namespace Streaming.Cluster.Recordings;

/// <summary>
/// The manifests of a recording: HLS's playlists and DASH's MPD. All addresses in them are relative, so that they hold wherever the
/// recording's folder is: at a gateway, in a bucket, behind a CDN.
/// </summary>
public static class RecordingManifests
{
    /// <summary>The multivariant playlist.</summary>
    public const string Multivariant = "index.m3u8";

    /// <summary>The MPD.</summary>
    public const string Mpd = "manifest.mpd";

    private static readonly MediaPlaylistOptions Playlist = new() { OnDemand = true };
    private static readonly MediaPresentationOptions Presentation = new() { OnDemand = true };

    /// <summary>The media playlist of a rendition.</summary>
    public static string MediaOf(string rendition) => $"{rendition}/{MediaNames.MediaPlaylist}";

    public static void WriteMultivariant(IBufferWriter<byte> output, BroadcastSnapshot recording) =>
        MultivariantPlaylist.Write(output, recording, mediaPrefix: "");

    public static void WriteMedia(IBufferWriter<byte> output, BroadcastSnapshot recording, RenditionSnapshot rendition) =>
        MediaPlaylist.Write(output, recording, rendition, Playlist);

    public static void WriteMpd(IBufferWriter<byte> output, BroadcastSnapshot recording) =>
        MediaPresentation.Write(output, recording, Presentation);

    /// <summary>All of a recording, by name, in the order in which they are stored: what names another comes after it.</summary>
    internal static IEnumerable<(string Name, ReadOnlyMemory<byte> Content)> Of(BroadcastSnapshot recording)
    {
        foreach (var rendition in recording.Renditions)
        {
            yield return (MediaOf(rendition.Name), Written(output => WriteMedia(output, recording, rendition)));
        }

        yield return (Mpd, Written(output => WriteMpd(output, recording)));
        yield return (Multivariant, Written(output => WriteMultivariant(output, recording)));
    }

    /// <summary>The names of all, in the order in which they are deleted.</summary>
    internal static IEnumerable<string> NamesOf(IEnumerable<string> renditions) => [Multivariant, Mpd, .. renditions.Select(MediaOf)];

    private static ReadOnlyMemory<byte> Written(Action<IBufferWriter<byte>> write)
    {
        var output = new ArrayBufferWriter<byte>(16 * 1024);
        write(output);
        return output.WrittenMemory;
    }
}
