using System.Buffers;
using System.Text;
using Streaming.Pipeline.Dash;
using Streaming.Pipeline.Hls;
using Streaming.Pipeline.Timelines;

namespace Streaming.Pipeline.Tests.Timelines;

/// <summary>Manifests of a broadcast as text.</summary>
internal static class Manifests
{
    public static readonly MediaPlaylistOptions LowLatency = new() { LowLatency = true };

    public static readonly MediaPlaylistOptions Delta = new() { LowLatency = true, Delta = true };

    public static string Multivariant(BroadcastSnapshot broadcast) =>
        Text(output => MultivariantPlaylist.Write(output, broadcast, broadcast.Id + "/"));

    public static string Media(BroadcastSnapshot broadcast, string rendition, MediaPlaylistOptions? options = null) => Text(
        output => MediaPlaylist.Write(
            output, broadcast, broadcast.Find(rendition)!, options ?? MediaPlaylistOptions.Default));

    public static string Mpd(BroadcastSnapshot broadcast, MediaPresentationOptions? options = null) => Text(
        output => MediaPresentation.Write(
            output, broadcast, (options ?? new MediaPresentationOptions()) with { MediaPrefix = broadcast.Id + "/" }));

    private static string Text(Action<IBufferWriter<byte>> write)
    {
        var output = new ArrayBufferWriter<byte>();
        write(output);
        return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(output.WrittenSpan);
    }
}
