using Streaming.Cluster.Tests.Graphs;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Streaming.Cluster.Channels;
using Streaming.Cluster.Broadcasts;
using Streaming.Cluster.Recordings;
using Streaming.Pipeline.Rtmp;
using Streaming.Pipeline.Storage.Memory;
using Streaming.Pipeline.Tests;
using Streaming.Pipeline.Timelines;
using Streaming.Pipeline.Transcoding;

namespace Streaming.Cluster.Tests.Recordings;

/// <summary>A broadcast that becomes a recording while it is live.</summary>
public sealed class GrowingRecordingTests
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(12);

    [Fact]
    public async Task Broadcast_LargerThanRecordingsMayBe_LosesWhatNobodyCanGoBackTo()
    {
        using var folder = new TemporaryFolder();
        var time = new FakeTimeProvider(Stored.Start);
        using var directory = new ChannelDirectory(folder["channels.db"], NullLogger.Instance);
        using var journal = new RecordingJournal(folder["recordings.db"]);
        var storage = new MemoryStorage(1L << 30);
        var library = new RecordingLibrary(
            journal, new RecordingOptions { MaxBytes = 1 }, storage, time, NullLogger<RecordingLibrary>.Instance);
        var options = new BroadcastOptions
        {
            Segments = new SegmentationOptions { Window = Window },
            Ladder = new LadderOptions { Enabled = false },
            HotSegments = 64, // Published far faster than it plays: storage may come after.
        };
        await using var channels = new LiveChannels(() => TestActors.System, directory, options, storage, time, NullLogger<LiveChannel>.Instance, library);
        var answer = await channels.AuthorizeAsync(
            new PublishRequest("live", directory.Put("news", null).StreamKey!, null, "1"), CancellationToken.None);
        var publication = Assert.IsType<PublishAnswer.Accepted>(answer).Publication;
        foreach (var tag in await TestMedia.ReadTagsAsync(await TestMedia.FlvAsync("30", 0, 60, "160x90", 48_000, 1, seconds: 60)))
        {
            await publication.WriteAsync(tag, CancellationToken.None);
        }

        // Two renditions with 29 segments and more that are complete, one of which grows.
        var broadcast = channels.Find("news")!.Newest!;
        await EventuallyAsync(async () => await journal.ReadAsync(broadcast.Id) is { } stored
            && stored.Renditions.All(rendition => rendition.Segments.Count(segment => !segment.IsGap) >= 29));
        await library.PruneAsync(default);

        var kept = (await journal.ReadAsync(broadcast.Id))!;
        var listed = broadcast.Snapshot!.Find("source")!.Segments[0].Boundary.MediaSequence;
        var first = kept.Renditions[0].Segments[0].Boundary.MediaSequence;
        Assert.InRange(first, listed - (int)(Window / Stored.SegmentDuration) - 1, listed - 1);
        foreach (var rendition in kept.Renditions)
        {
            Assert.Equal(first, rendition.Segments[0].Boundary.MediaSequence);
            Assert.All([first, listed], sequence => Assert.NotNull(Open(rendition.Name, sequence)));
            Assert.Null(Open(rendition.Name, first - 1));
        }

        await publication.EndAsync(PublicationEnd.Unpublished);
        await EventuallyAsync(() => Task.FromResult(library.Find(broadcast.Id) is not null));
        Assert.Equal(kept.Renditions[0].Segments[0].Boundary.ProgramDateTime, library.Find(broadcast.Id)!.StartedAt);

        Stream? Open(string rendition, long sequence) =>
            broadcast.Media.OpenStoredAsync(rendition, MediaNames.Segment(sequence), default).GetAwaiter().GetResult();
    }

    private static async Task EventuallyAsync(Func<Task<bool>> holds)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!await holds())
        {
            await Task.Delay(20, limit.Token);
        }
    }
}
