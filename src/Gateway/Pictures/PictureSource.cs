using System.Collections.Immutable;
using Streaming.Cluster.Broadcasts;
using Streaming.Cluster.Broadcasts.Memory;
using Streaming.Cluster.Recordings;
using Streaming.Pipeline.Cmaf;
using Streaming.Pipeline.Media;
using Streaming.Pipeline.Thumbnails;
using Streaming.Pipeline.Timelines;

namespace Streaming.Gateway.Pictures;

/// <summary>A broadcast, under way or recorded, as pictures are made of it: its timeline and its media.</summary>
internal sealed class PictureSource
{
    private readonly LiveMedia? _live;
    private readonly Func<string, string, CancellationToken, Task<Stream?>> _open;

    private PictureSource(
        BroadcastSnapshot timeline, LiveMedia? live, Func<string, string, CancellationToken, Task<Stream?>> open)
    {
        Timeline = timeline;
        _live = live;
        _open = open;
    }

    public BroadcastSnapshot Timeline { get; }

    /// <summary>A broadcast under way; null before it has a timeline.</summary>
    public static PictureSource? Of(ILiveBroadcast broadcast) => broadcast.Snapshot is { } timeline
        ? new PictureSource(timeline, broadcast.Media, broadcast.Media.OpenStoredAsync)
        : null;

    /// <summary>A recording; null when there is no such, or its media is missing.</summary>
    public static async ValueTask<PictureSource?> OfAsync(RecordingLibrary recordings, string id) =>
        recordings.Find(id) is { IsMissing: false } && await recordings.TimelineAsync(id) is { } timeline
            ? new(timeline, null, (rendition, name, token) => recordings.OpenAsync(id, rendition, name, token))
            : null;

    /// <summary>
    /// The segment of that number that is the least work to decode: of the smallest video rendition on offer that has
    /// it, beginning with a key frame if there is one that does. Null where none has it.
    /// </summary>
    public (RenditionSnapshot Rendition, Segment Segment)? Find(long mediaSequence)
    {
        (RenditionSnapshot, Segment)? second = null;
        foreach (var rendition in Timeline.Renditions.Where(IsVideo).OrderBy(Height))
        {
            if (rendition.Find(mediaSequence) is not { IsGap: false } segment)
            {
                continue;
            }

            if (segment.Independent)
            {
                return (rendition, segment);
            }

            second ??= (rendition, segment);
        }

        return second;
    }

    /// <summary>Media sequence numbers of the complete segments, from the first on; empty without video.</summary>
    public (long First, long End) Range()
    {
        var segments = Timeline.Renditions
            .FirstOrDefault(static rendition => IsVideo(rendition) && !rendition.Segments.IsEmpty)?.Segments;
        return segments is null
            ? (0, 0)
            : (segments[0].Boundary.MediaSequence, segments[^1].Boundary.MediaSequence + 1);
    }

    /// <summary>
    /// What a decoder needs to show the segment's first key frame: the CMAF header and the first chunk, or the whole
    /// segment where the key frame is further back. Null where it is no longer there.
    /// </summary>
    public async Task<ImmutableArray<ReadOnlyMemory<byte>>?> LoadAsync(
        RenditionSnapshot rendition, Segment segment, CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte> header = CmafHeader.Create(rendition.Initializations[segment.Initialization]);
        var name = MediaNames.Segment(segment.Boundary.MediaSequence);
        if (_live is not null && _live.TryHold(rendition.Name, name, out var hot))
        {
            // A segment in memory is in the parts that it was made of. A copy, since a decoder may hang.
            ImmutableArray<ReadOnlyMemory<byte>> copy =
                [header, .. (segment.Independent ? hot.Pieces[..1] : hot.Pieces).Select(static piece => piece.ToArray())];
            hot.Release();
            return copy;
        }

        await using var stored = await _open(rendition.Name, name, cancellationToken);
        if (stored is null)
        {
            return null;
        }

        var media = segment.Independent
            ? await FirstChunk.ReadAsync(stored, cancellationToken)
            : await FirstChunk.ReadAllAsync(stored, cancellationToken);
        return media is null ? null : [header, media];
    }

    private static bool IsVideo(RenditionSnapshot rendition) =>
        rendition is { Kind: TrackKind.Video, IsOffered: true };

    private static int Height(RenditionSnapshot rendition) => ((VideoConfiguration)rendition.Configuration).Height;
}
