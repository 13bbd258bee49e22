using Google.Protobuf;
using Streaming.Cluster.Edge;
using Streaming.Pipeline.Media;
using Streaming.Pipeline.Timelines;

namespace Streaming.Gateway.MediaPlane;

/// <summary>Events of a broadcast as they are on the wire.</summary>
internal static partial class FollowMessages
{
    /// <summary>A message, which borrows the event's bytes.</summary>
    public static FollowMessage Of(FollowEvent happened) => happened switch
    {
        FollowEvent.Began began => new()
        {
            Began = new()
            {
                Epoch = began.Epoch,
                BroadcastId = began.BroadcastId,
                StartedAt = began.StartedAt.UtcTicks,
                Path = { began.Path.Select(static node => new PathNode { Host = node.Host, Port = node.Port }) },
            },
        },
        FollowEvent.MediaCame came => new() { Media = Of(came) },
        FollowEvent.RenditionChanged change => new() { Rendition = Of(change) },
        FollowEvent.Published published => new() { Published = Of(published) },
        _ => throw new ArgumentException($"There is no message for {happened}.", nameof(happened)),
    };

    private static MediaFile Of(FollowEvent.MediaCame came)
    {
        var file = new MediaFile
        {
            Rendition = came.Rendition,
            Index = came.Index,
            Data = UnsafeByteOperations.UnsafeWrap(came.Data.Memory),
        };
        if (came.MediaSequence is { } sequence)
        {
            file.MediaSequence = sequence;
        }

        return file;
    }

    private static RenditionChange Of(FollowEvent.RenditionChanged change) => new()
    {
        Name = change.Name,
        IsWhole = change.IsWhole,
        IsAudio = change.Kind == TrackKind.Audio,
        PartTarget = change.PartTarget.Ticks,
        Initializations = { change.Initializations.Select(Of) },
        Segments = { change.Segments.Select(Of) },
        Open = change.Open is { } open ? Of(open) : null,
        FirstSequence = change.FirstSequence,
        PartsFrom = change.PartsFrom,
        MemoryFrom = change.MemoryFrom,
        PeakBitRate = change.PeakBitRate,
        AverageBitRate = change.AverageBitRate,
        FrameRate = change.FrameRate,
        IsOffered = change.IsOffered,
    };

    private static SnapshotPublished Of(FollowEvent.Published published) => new()
    {
        Version = published.Version,
        PublishedAt = published.PublishedAt.UtcTicks,
        MediaStartedAt = published.MediaStartedAt.UtcTicks,
        TargetDuration = published.TargetDuration.Ticks,
        PartTarget = published.PartTarget.Ticks,
        Renditions = published.Renditions.IsDefault ? null : new() { Names = { published.Renditions } },
        Periods = published.Periods.IsDefault ? null : new() { Periods = { published.Periods.Select(Of) } },
        IsEnded = published.IsEnded,
    };

    private static MediaPeriod Of(Period period)
    {
        var message = new MediaPeriod
        {
            Index = period.Index,
            DecodeTime = period.DecodeTime,
            ProgramDateTime = period.ProgramDateTime.UtcTicks,
            MediaSequence = period.MediaSequence,
            DiscontinuitySequence = period.DiscontinuitySequence,
        };
        if (period.SegmentDuration is { } duration)
        {
            message.SegmentDuration = duration;
        }

        return message;
    }

    private static MediaSegment Of(Segment segment) => new()
    {
        MediaSequence = segment.Boundary.MediaSequence,
        BoundaryDecodeTime = segment.Boundary.DecodeTime,
        PresentationTime = segment.Boundary.PresentationTime,
        ProgramDateTime = segment.Boundary.ProgramDateTime.UtcTicks,
        DiscontinuitySequence = segment.Boundary.DiscontinuitySequence,
        Period = segment.Boundary.Period,
        IsSourceIndependent = segment.Boundary.SourceIndependent,
        DecodeTime = segment.DecodeTime,
        Duration = segment.Duration,
        Initialization = segment.Initialization,
        IsIndependent = segment.Independent,
        IsGap = segment.IsGap,
        Length = segment.Length,
        Parts = { segment.Parts.Select(Of) },
    };

    internal static MediaPart Of(Part part) => new()
    {
        Index = part.Index,
        DecodeTime = part.DecodeTime,
        Duration = part.Duration,
        IsIndependent = part.Independent,
        Length = part.Length,
        IsGap = part.IsGap,
    };

    internal static Track Of(TrackConfiguration configuration)
    {
        var track = new Track
        {
            Codec = configuration.Codec,
            Timescale = configuration.Timescale,
            DecoderConfiguration = UnsafeByteOperations.UnsafeWrap(configuration.DecoderConfiguration),
        };
        switch (configuration)
        {
            case VideoConfiguration video:
                track.Video = new()
                {
                    Width = video.Width,
                    Height = video.Height,
                    SampleAspectWidth = video.SampleAspectRatio.Width,
                    SampleAspectHeight = video.SampleAspectRatio.Height,
                    ChromaFormat = video.ChromaFormat,
                    BitDepth = video.BitDepth,
                    MayBeInterlaced = video.MayBeInterlaced,
                    DeclaredFrameRate = video.DeclaredFrameRate,
                };
                break;
            case AudioConfiguration audio:
                track.Audio = new() { Channels = audio.Channels, CoreChannels = audio.CoreChannels };
                break;
        }

        return track;
    }
}
