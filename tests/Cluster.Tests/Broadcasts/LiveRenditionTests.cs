using Microsoft.Extensions.Logging.Abstractions;
using Streaming.Cluster.Broadcasts.Archive;
using Streaming.Cluster.Broadcasts.Memory;
using Streaming.Cluster.Broadcasts.Window;
using Streaming.Pipeline.Media;
using Streaming.Pipeline.Timelines;

namespace Streaming.Cluster.Tests.Broadcasts;

/// <summary>Memory holds the live edge, whatever the window.</summary>
public sealed class LiveRenditionTests
{
    private const int Hot = 8;
    private const int PartsPerSegment = 6;
    private const int PartLength = 10;
    private const int HeaderLengthMax = 1000;
    private const long SegmentTicks = 2 * MediaClock.TicksPerSecond;

    private readonly ScriptedStorage _storage = new();
    private readonly List<MediaBuffer> _made = [];

    [Fact]
    public async Task Media_WindowOfThousands_MemoryHoldsTheEdge()
    {
        var (rendition, media, archive) = New();
        var running = new RunningArchive(archive, Task.CompletedTask);
        var most = 0L;
        for (var sequence = 0; sequence < 2000; sequence++)
        {
            AddSegment(rendition, sequence);
            running.Pass();
            while (_storage.UsedBytes < (sequence + 1L) * PartsPerSegment * PartLength)
            {
                await Task.Yield(); // For the archive, which a broadcast does not wait for.
            }

            // What was added a moment ago may be stored already and be let go of with the next one.
            most = Math.Max(most, media.HotBytes);
        }

        running.Complete();
        await running.Finished;
        var timeline = rendition.Timeline.Snapshot();

        Assert.Equal(2000, timeline.Segments.Length);
        Assert.InRange(most, 1, (Hot + 2) * PartsPerSegment * PartLength * 2 + HeaderLengthMax);
        Assert.Equal(0, rendition.WindowStart);
        Assert.InRange(timeline.Segments.Count(segment => !segment.Parts.IsEmpty), 12, 14);
        Assert.All(timeline.Segments[^12..], segment => Assert.Equal(PartsPerSegment, segment.Parts.Length));
    }

    [Fact]
    public async Task Gap_InPlaceOfTheGrowingSegment_LeavesAnnouncedPartsFetchableForAWhile()
    {
        var (rendition, media, archive) = New();
        var running = new RunningArchive(archive, Task.CompletedTask);
        AddSegment(rendition, 0);
        AddPart(rendition, Boundary(1), 0);
        AddPart(rendition, Boundary(1), 1);
        rendition.AddGap(Boundary(1), SegmentTicks);

        var gap = rendition.Timeline.Snapshot().Segments[1];
        Assert.True(gap.IsGap);
        Assert.Equal([0L, SegmentTicks / PartsPerSegment], gap.Parts.Take(2).Select(part => part.DecodeTime - gap.DecodeTime));
        Assert.All([0, 1], index => Assert.True(media.TryGet("source", MediaNames.Part(1, index), out _)));

        for (var sequence = 2; sequence < 20; sequence++)
        {
            AddSegment(rendition, sequence);
            running.Pass();
            while (_storage.UsedBytes < sequence * (long)PartsPerSegment * PartLength)
            {
                await Task.Yield(); // For the archive.
            }
        }

        Assert.All([0, 1], index => Assert.False(media.TryGet("source", MediaNames.Part(1, index), out _)));
        running.Complete();
        await running.Finished;
    }

    [Fact]
    public async Task Media_ThatHasLeftTheEdge_IsNobodysAndIsReadFromItsFile()
    {
        var (rendition, media, archive) = New();
        var running = new RunningArchive(archive, Task.CompletedTask);
        for (var sequence = 0; sequence < Hot + 5; sequence++)
        {
            AddSegment(rendition, sequence);
            running.Pass();
            while (_storage.UsedBytes < (sequence + 1L) * PartsPerSegment * PartLength)
            {
                await Task.Yield();
            }
        }

        running.Complete();
        await running.Finished;
        AddSegment(rendition, Hot + 5);

        Assert.All(_made[..(5 * PartsPerSegment)], part => Assert.False(part.TryHold()));
        Assert.All(_made[^((Hot - 1) * PartsPerSegment)..], part => Assert.True(part.TryHold()));
        Assert.True(media.TryGet("source", MediaNames.Segment(4), out var known));
        Assert.True(known!.IsStored && known.IsLetGo && !known.TryHold(out _));
        Assert.False(media.TryGet("source", MediaNames.Part(4, 0), out _));
    }

    [Fact]
    public void Media_StorageTakesNothing_WindowShrinksAndMemoryStaysBounded()
    {
        _storage.FailsOn = "m4s";
        var (rendition, media, archive) = New();
        var running = new RunningArchive(archive, Task.CompletedTask);
        for (var sequence = 0; sequence < 1000; sequence++)
        {
            AddSegment(rendition, sequence);
            running.Pass();
            rendition.Trim(rendition.WindowStart, rendition.WindowStart);
        }

        var listed = rendition.Timeline.Snapshot().Segments;
        Assert.Equal(Hot * 8, listed.Length);
        Assert.All(listed, segment => Assert.True(media.TryGet("source", MediaNames.Segment(segment.Boundary.MediaSequence), out _)));
        Assert.InRange(media.HotBytes, 1, Hot * 16 * PartsPerSegment * PartLength * 2 + HeaderLengthMax);
    }

    private (LiveRendition Rendition, LiveMedia Media, SegmentArchive Archive) New()
    {
        var media = new LiveMedia("b1", _storage);
        var archive = new SegmentArchive(media.Folder, _storage, NullLogger.Instance);
        var segments = new SegmentationOptions();
        return (
            new LiveRendition("source", Recordings.Stored.Video(720), segments.PartTarget, segments.Limit, Hot, media, archive, null),
            media,
            archive);
    }

    private void AddSegment(LiveRendition rendition, int sequence)
    {
        var boundary = Boundary(sequence);
        for (var index = 0; index < PartsPerSegment; index++)
        {
            AddPart(rendition, boundary, index);
        }

        rendition.Add(new PackagedMedia.SegmentEnded(boundary, boundary.DecodeTime, SegmentTicks));
    }

    private void AddPart(LiveRendition rendition, SegmentBoundary boundary, int index)
    {
        const long duration = SegmentTicks / PartsPerSegment;
        var part = new Part(index, boundary.DecodeTime + (index * duration), duration, index == 0, PartLength);
        var made = MediaBuffer.Copy(new byte[PartLength], []);
        _made.Add(made);
        rendition.Add(new PackagedMedia.PartMade(boundary, boundary.DecodeTime, part, made));
    }

    private static SegmentBoundary Boundary(int sequence) =>
        Recordings.Stored.Segment("source", Recordings.Stored.Video(720), sequence).Segment.Boundary;
}
