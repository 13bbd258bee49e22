using System.Collections.Immutable;
using Google.Protobuf;
using Streaming.Cluster.Broadcasts.Rungs;
using Streaming.Pipeline.Media;
using Streaming.Pipeline.Timelines;
using Streaming.Pipeline.Transcoding;

namespace Streaming.Gateway.MediaPlane;

/// <summary>What came of a rung together.</summary>
/// <param name="Rung">Its place in the run.</param>
/// <param name="Configuration">Of its media.</param>
/// <param name="Media">Parts, with holds that go to who takes them, and ends of segments.</param>
internal sealed record MadeOfRung(int Rung, VideoConfiguration Configuration, ImmutableArray<PackagedMedia> Media);

/// <summary>Runs as they are on the wire.</summary>
internal static class RunMessages
{
    /// <summary>The first message of a run.</summary>
    public static FeedFrame Of(RunId run, RunWork work)
    {
        var made = new RunToMake
        {
            Broadcast = run.Broadcast,
            Epoch = run.Epoch,
            Source = FollowMessages.Of(work.Run.Source),
            Rungs = { work.Run.Rungs.Select(rung => Of(rung, work.Run.Seams.GetValueOrDefault(rung.Name))) },
            Beginning = work.Run.Beginning,
            PartTarget = work.PartTarget.Ticks,
        };
        if (work.Run.KeyFrameGrid is { } grid)
        {
            made.KeyFrameGrid = grid.Ticks;
        }

        return new(made, null);
    }

    /// <summary>The run that a first message asks for, and the part target of its rungs.</summary>
    /// <exception cref="InvalidDataException">It cannot be made.</exception>
    public static (RunId Id, TranscodeRun Run, TimeSpan PartTarget) Read(RunToMake made)
    {
        IReadOnlyList<LadderRung> rungs = [.. made.Rungs.Select(static rung => new LadderRung(rung.Name, rung.Height, rung.BitRate))];
        if (rungs.Count == 0 || !rungs.All(static rung => rung.IsPossible) || made.PartTarget <= 0 || made.Broadcast.Length == 0
            || (made.HasKeyFrameGrid && made.KeyFrameGrid <= 0)
            || made.Source is null || FollowMessages.Read(made.Source) is not VideoConfiguration source)
        {
            throw new InvalidDataException("There are no rungs that can be made in the run that was asked for.");
        }

        var run = new TranscodeRun(
            made.Epoch, source, rungs, made.HasKeyFrameGrid ? TimeSpan.FromTicks(made.KeyFrameGrid) : null, made.Beginning)
        {
            Seams = made.Rungs.Where(static rung => rung.Seam is not null).ToDictionary(static rung => rung.Name, static rung => new RungSeam(
                rung.Seam.MediaSequence, rung.Seam.Parts, rung.Seam.DecodeTime, rung.Seam.LastPresentationTime)),
        };
        return (new(made.Broadcast, made.Epoch), run, TimeSpan.FromTicks(made.PartTarget));
    }

    /// <summary>A message, which borrows the bytes.</summary>
    public static FeedMessage Of(FeedFrame frame) => frame.Fed is not { } fed ? new() { Run = frame.Run } : new()
    {
        Fed = new()
        {
            Places = new()
            {
                NewestPresentationTime = fed.NewestPresentationTime,
                Marks = { fed.Marks.Select(Of) },
                DecodeTimes = { fed.Places.Select(static place => place.DecodeTime) },
                Durations = { fed.Places.Select(static place => place.Duration) },
            },
            Data = { fed.Flv.Select(static bytes => UnsafeByteOperations.UnsafeWrap(bytes.Memory)) },
        },
    };

    /// <summary>A piece of what a run is fed.</summary>
    public static FedMedia Read(FedPlaces places, IReadOnlyList<MediaBuffer> data) => new(
        [.. places.Marks.Select(static mark => new SegmentMark(
            mark.Boundary is { } boundary ? Read(boundary) : null, mark.DecodeTime, mark.PresentationTime))],
        [.. places.DecodeTimes.Zip(places.Durations, static (time, duration) => new SamplePlace(time, duration))],
        places.NewestPresentationTime,
        data);

    /// <summary>A message, which borrows the bytes.</summary>
    public static RunMessage Of(RunFrame frame) => frame.Made is not { } made ? frame.Other! : new()
    {
        Made = new()
        {
            Made = new() { Rung = made.Rung, Configuration = FollowMessages.Of(made.Configuration), Media = { made.Media.Select(Of) } },
            Data = { made.Media.OfType<PackagedMedia.PartMade>().Select(static part => UnsafeByteOperations.UnsafeWrap(part.Data.Memory)) },
        },
    };

    /// <summary>What came of a rung.</summary>
    /// <exception cref="InvalidDataException">It means nothing.</exception>
    public static MadeOfRung Read(RungMade made, IReadOnlyList<MediaBuffer> data)
    {
        if (made.Configuration is null || FollowMessages.Read(made.Configuration) is not VideoConfiguration configuration
            || made.Media.Any(static media => media.Boundary is null)
            || made.Media.Count(static media => media.MadeCase == MadeMedia.MadeOneofCase.Part) != data.Count)
        {
            throw new InvalidDataException("What came of a rung has no configuration, or not as many parts as runs of bytes.");
        }

        var part = 0;
        return new(made.Rung, configuration, [.. made.Media.Select(media => media.MadeCase == MadeMedia.MadeOneofCase.Part
            ? (PackagedMedia)new PackagedMedia.PartMade(
                Read(media.Boundary), media.SegmentDecodeTime, FollowMessages.Read(media.Part), data[part++])
            : new PackagedMedia.SegmentEnded(Read(media.Boundary), media.SegmentDecodeTime, media.Ended))]);
    }

    private static RungToMake Of(LadderRung rung, RungSeam? seam) => new()
    {
        Name = rung.Name,
        Height = rung.Height,
        BitRate = rung.BitRate,
        Seam = seam is null ? null : new()
        {
            MediaSequence = seam.MediaSequence,
            Parts = seam.Parts,
            DecodeTime = seam.DecodeTime,
            LastPresentationTime = seam.LastPresentationTime,
        },
    };

    private static PlaceMark Of(SegmentMark mark) => new()
    {
        Boundary = mark.Boundary is { } boundary ? Of(boundary) : null,
        DecodeTime = mark.DecodeTime,
        PresentationTime = mark.PresentationTime,
    };

    private static MadeMedia Of(PackagedMedia media)
    {
        var made = new MadeMedia { Boundary = Of(media.Boundary), SegmentDecodeTime = media.SegmentDecodeTime };
        switch (media)
        {
            case PackagedMedia.PartMade part:
                made.Part = FollowMessages.Of(part.Part);
                break;
            case PackagedMedia.SegmentEnded ended:
                made.Ended = ended.Duration;
                break;
        }

        return made;
    }

    private static Boundary Of(SegmentBoundary boundary) => new()
    {
        MediaSequence = boundary.MediaSequence,
        DecodeTime = boundary.DecodeTime,
        PresentationTime = boundary.PresentationTime,
        ProgramDateTime = boundary.ProgramDateTime.UtcTicks,
        DiscontinuitySequence = boundary.DiscontinuitySequence,
        Period = boundary.Period,
        IsSourceIndependent = boundary.SourceIndependent,
    };

    private static SegmentBoundary Read(Boundary boundary) => new()
    {
        MediaSequence = boundary.MediaSequence,
        DecodeTime = boundary.DecodeTime,
        PresentationTime = boundary.PresentationTime,
        ProgramDateTime = new(boundary.ProgramDateTime, TimeSpan.Zero),
        DiscontinuitySequence = boundary.DiscontinuitySequence,
        Period = boundary.Period,
        SourceIndependent = boundary.IsSourceIndependent,
    };
}
