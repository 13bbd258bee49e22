using Streaming.Cluster.Edge;
using Streaming.Cluster.Membership;
using Streaming.Pipeline.Media;
using Streaming.Pipeline.Timelines;

namespace Streaming.Gateway.MediaPlane;

/// <content>From the wire.</content>
internal static partial class FollowMessages
{
    /// <summary>The event, with the message's bytes; null for one that this node does not know, which a newer one may send.</summary>
    /// <exception cref="InvalidDataException">It means nothing.</exception>
    public static FollowEvent? Read(FollowMessage message)
    {
        try
        {
            return message.EventCase switch
            {
                FollowMessage.EventOneofCase.Began => new FollowEvent.Began(
                    message.Began.Epoch, message.Began.BroadcastId, Date(message.Began.StartedAt))
                {
                    Path = [.. message.Began.Path.Select(static node => new NodeAddress(node.Host, node.Port))],
                },
                FollowMessage.EventOneofCase.Media => Read(message.Media),
                FollowMessage.EventOneofCase.Rendition => Read(message.Rendition),
                FollowMessage.EventOneofCase.Published => Read(message.Published),
                _ => null,
            };
        }
        catch (ArgumentException e)
        {
            throw new InvalidDataException($"An event of a broadcast cannot be read: {e.Message}", e);
        }
    }

    private static FollowEvent.MediaCame Read(MediaFile file) => new(
        file.Rendition, file.HasMediaSequence ? file.MediaSequence : null, file.Index, MediaBuffer.Of(file.Data.Memory));

    private static FollowEvent.RenditionChanged Read(RenditionChange change) => new(change.Name)
    {
        IsWhole = change.IsWhole,
        Kind = change.IsAudio ? TrackKind.Audio : TrackKind.Video,
        PartTarget = TimeSpan.FromTicks(change.PartTarget),
        Initializations = [.. change.Initializations.Select(Read)],
        Segments = [.. change.Segments.Select(Read)],
        Open = change.Open is { } open ? Read(open) : null,
        FirstSequence = change.FirstSequence,
        PartsFrom = change.PartsFrom,
        MemoryFrom = change.MemoryFrom,
        PeakBitRate = change.PeakBitRate,
        AverageBitRate = change.AverageBitRate,
        FrameRate = change.FrameRate,
        IsOffered = change.IsOffered,
    };

    private static FollowEvent.Published Read(SnapshotPublished published) => new(published.Version)
    {
        PublishedAt = Date(published.PublishedAt),
        MediaStartedAt = Date(published.MediaStartedAt),
        TargetDuration = TimeSpan.FromTicks(published.TargetDuration),
        PartTarget = TimeSpan.FromTicks(published.PartTarget),
        Renditions = published.Renditions is { } renditions ? [.. renditions.Names] : default,
        Periods = published.Periods is { } periods ? [.. periods.Periods.Select(Read)] : default,
        IsEnded = published.IsEnded,
    };

    private static Period Read(MediaPeriod period) => new(period.Index, period.DecodeTime, Date(period.ProgramDateTime))
    {
        MediaSequence = period.MediaSequence,
        DiscontinuitySequence = period.DiscontinuitySequence,
        SegmentDuration = period.HasSegmentDuration ? period.SegmentDuration : null,
    };

    private static Segment Read(MediaSegment segment) => new()
    {
        Boundary = new()
        {
            MediaSequence = segment.MediaSequence,
            DecodeTime = segment.BoundaryDecodeTime,
            PresentationTime = segment.PresentationTime,
            ProgramDateTime = Date(segment.ProgramDateTime),
            DiscontinuitySequence = segment.DiscontinuitySequence,
            Period = segment.Period,
            SourceIndependent = segment.IsSourceIndependent,
        },
        DecodeTime = segment.DecodeTime,
        Duration = segment.Duration,
        Initialization = segment.Initialization,
        Independent = segment.IsIndependent,
        IsGap = segment.IsGap,
        Length = segment.Length,
        Parts = [.. segment.Parts.Select(Read)],
    };

    internal static Part Read(MediaPart part) =>
        new(part.Index, part.DecodeTime, part.Duration, part.IsIndependent, part.Length, part.IsGap);

    internal static TrackConfiguration Read(Track track) => track.KindCase switch
    {
        Track.KindOneofCase.Video => new VideoConfiguration
        {
            Codec = track.Codec,
            Timescale = track.Timescale,
            DecoderConfiguration = track.DecoderConfiguration.Memory,
            Width = track.Video.Width,
            Height = track.Video.Height,
            SampleAspectRatio = (track.Video.SampleAspectWidth, track.Video.SampleAspectHeight),
            ChromaFormat = checked((byte)track.Video.ChromaFormat),
            BitDepth = checked((byte)track.Video.BitDepth),
            MayBeInterlaced = track.Video.MayBeInterlaced,
            DeclaredFrameRate = track.Video.DeclaredFrameRate,
        },
        Track.KindOneofCase.Audio => new AudioConfiguration
        {
            Codec = track.Codec,
            Timescale = track.Timescale,
            DecoderConfiguration = track.DecoderConfiguration.Memory,
            Channels = track.Audio.Channels,
            CoreChannels = track.Audio.CoreChannels,
        },
        _ => throw new ArgumentException("a track is neither video nor audio"),
    };

    private static DateTimeOffset Date(long ticks) => new(ticks, TimeSpan.Zero);
}
