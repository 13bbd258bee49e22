using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Streaming.Cluster.Recordings;
using Streaming.Gateway.Playback;
using Streaming.Pipeline.Timelines;

namespace Streaming.Gateway.Recordings;

/// <summary>Playlists and MPDs of recordings as bytes, written once and kept for as long as the timeline is.</summary>
public sealed class RecordedManifests
{
    private readonly ConditionalWeakTable<BroadcastSnapshot, ConcurrentDictionary<string, ManifestBytes>> _written = [];

    /// <summary>The multivariant playlist.</summary>
    public ManifestBytes Multivariant(BroadcastSnapshot recording) => Of(
        recording, RecordingManifests.Multivariant, output => RecordingManifests.WriteMultivariant(output, recording));

    /// <summary>The media playlist of a rendition.</summary>
    public ManifestBytes Media(BroadcastSnapshot recording, RenditionSnapshot rendition) => Of(
        recording, rendition.Name, output => RecordingManifests.WriteMedia(output, recording, rendition));

    /// <summary>The MPD.</summary>
    public ManifestBytes Mpd(BroadcastSnapshot recording) => Of(
        recording, RecordingManifests.Mpd, output => RecordingManifests.WriteMpd(output, recording));

    private ManifestBytes Of(BroadcastSnapshot recording, string name, Action<IBufferWriter<byte>> write) =>
        _written.GetValue(recording, static _ => new(StringComparer.Ordinal)).GetOrAdd(name, _ =>
        {
            var output = new ArrayBufferWriter<byte>(16 * 1024);
            write(output);
            return new ManifestBytes(output.WrittenSpan.ToArray());
        });
}
