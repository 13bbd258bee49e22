using Streaming.Cluster.Recordings;
using Streaming.Pipeline.Media;
using Streaming.Pipeline.Timelines;

namespace Streaming.Cluster.Tests.Recordings;

/// <summary>What was written is read back in order, whichever database it is in.</summary>
public abstract class RecordingJournalTests : IAsyncLifetime
{
    protected const string Id = "20260101T120000Z-00000001";

    private RecordingJournal _journal = null!;

    private protected RecordingJournal Journal => _journal;

    public virtual async ValueTask InitializeAsync() => _journal = await OpenAsync();

    public virtual ValueTask DisposeAsync()
    {
        _journal.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Read_WhatWasAdded_IsEqualAndInOrder()
    {
        await BeginAsync(Id);
        StoredSegment[] video = [.. Sequences(5).Select(sequence => Stored.Segment("source", Stored.Video(720), sequence))];
        StoredSegment[] audio = [.. Sequences(5).Select(sequence => Stored.Segment("audio", Stored.Audio, sequence))];
        foreach (var stored in video.Zip(audio, (first, second) => new[] { second, first }).SelectMany(pair => pair))
        {
            await _journal.AddAsync(Id, stored);
        }

        await ReopenAsync();
        var timeline = (await _journal.ReadAsync(Id))!;

        Assert.Equal(["source", "audio"], timeline.Renditions.Select(rendition => rendition.Name));
        Assert.Equal(video.Select(stored => stored.Segment), timeline.Find("source")!.Segments);
        Assert.Equal(audio.Select(stored => stored.Segment), timeline.Find("audio")!.Segments);
        var configuration = Assert.IsType<VideoConfiguration>(Assert.Single(timeline.Renditions[0].Initializations));
        Assert.Equal((1280, 720, (4, 3)), (configuration.Width, configuration.Height, configuration.SampleAspectRatio));
        Assert.True(configuration.Matches(Stored.Video(720)));
        Assert.Equal(2, Assert.IsType<AudioConfiguration>(timeline.Renditions[1].Configuration).Channels);
        Assert.Equal(Stored.Start, timeline.StartedAt);
        Assert.Equal(Stored.Start.AddSeconds(10), timeline.PublishedAt);
        Assert.Equal((TimeSpan.FromSeconds(4), TimeSpan.FromMilliseconds(334)), (timeline.TargetDuration, timeline.PartTarget));
        Assert.Equal((4000, 25.0), (timeline.Renditions[0].PeakBitRate, timeline.Renditions[0].FrameRate));
        Assert.True(timeline.IsEnded);
    }

    [Fact]
    public async Task Epoch_OfABroadcast_StaysWithItUntilItIsForgotten()
    {
        await BeginAsync(Id, epoch: 1L << 40);
        await BeginAsync(Id, epoch: 1L << 40); // Once more.
        await BeginAsync("unclaimed");

        await ReopenAsync();

        Assert.Equal(1L << 40, await _journal.ReadEpochAsync(Id));
        Assert.Equal(0, await _journal.ReadEpochAsync("unclaimed"));
        await _journal.DeleteAsync(Id);
        Assert.Equal(0, await _journal.ReadEpochAsync(Id));
    }

    [Fact]
    public async Task Write_UnderALowerEpochThanTheChannelIsKnownUnder_IsRefused()
    {
        await BeginAsync(Id, 3);
        await BeginAsync("later", 5);
        await ReopenAsync();

        var refusal = await Assert.ThrowsAsync<OvertakenException>(
            () => _journal.AddAsync(Id, Stored.Segment("source", Stored.Video(720), 0), 3));
        Assert.Contains(Id, refusal.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<OvertakenException>(() => BeginAsync("another", 4));
        await _journal.DeleteAsync("later");
        await Assert.ThrowsAsync<OvertakenException>(() => BeginAsync("another", 4));

        Assert.False(await _journal.KnowsAsync("another"));
        Assert.Null(await _journal.ReadAsync(Id));
        Assert.Equal(("news", 5L), Assert.Single(_journal.ReadNewestEpochs()));
        await BeginAsync("another", 5);
        await _journal.AddAsync("another", Stored.Segment("source", Stored.Video(720), 0), 5);
        await BeginAsync("unclaimed"); // A node that is alone and cannot store its claim.
        await _journal.AddAsync("unclaimed", Stored.Segment("source", Stored.Video(720), 0));
    }

    [Fact]
    public async Task Begin_UnderAHigherEpoch_GoesOnWithTheBroadcast_AndTheFirstOriginIsRefused()
    {
        Assert.Equal(0, await _journal.BeginAsync(Id, "news", TimeSpan.FromSeconds(4), TimeSpan.FromMilliseconds(334), 3));
        await _journal.AddAsync(Id, Stored.Segment("source", Stored.Video(720), 0), 3);

        Assert.Equal(1000, await _journal.BeginAsync(Id, "news", TimeSpan.FromSeconds(4), TimeSpan.FromMilliseconds(334), 8));
        await _journal.AddAsync(Id, Stored.Segment("source", Stored.Video(720), 1), 8);

        await Assert.ThrowsAsync<OvertakenException>(() => _journal.AddAsync(Id, Stored.Segment("source", Stored.Video(720), 2), 3));
        await Assert.ThrowsAsync<OvertakenException>(() => BeginAsync(Id, 3));
        await Assert.ThrowsAsync<OvertakenException>(() => _journal.EndAsync(Id, Stored.Start.AddSeconds(2), 3));
        await _journal.EndAsync(Id, Stored.Start.AddSeconds(4), 8);
        Assert.Equal(2, (await _journal.ReadAsync(Id))!.Renditions[0].Segments.Length);
        Assert.Equal(8, await _journal.ReadEpochAsync(Id));
    }

    [Fact]
    public async Task ReadChanges_HasWhatChangedSince_AndWhatThereStillIs()
    {
        foreach (var id in (string[])[Id, "other"])
        {
            await BeginAsync(id);
            await _journal.AddAsync(id, Stored.Segment("source", Stored.Video(720), 0));
        }

        var before = (await _journal.ReadChangesAsync(-1))!;
        Assert.Empty(before.Ids);
        await _journal.EndAsync(Id, Stored.Start.AddSeconds(2));
        var ended = (await _journal.ReadChangesAsync(before.Revision))!;
        Assert.Equal(Id, Assert.Single(ended.Changed).Id);
        Assert.Null(await _journal.ReadChangesAsync(ended.Revision));
        await _journal.EndAsync("other", Stored.Start.AddSeconds(2));
        await _journal.LeaveAsync(Id);

        var left = (await _journal.ReadChangesAsync(ended.Revision))!;
        Assert.Equal(["other"], left.Ids);
        Assert.Equal("other", Assert.Single(left.Changed).Id);
        await _journal.LeaveChannelAsync("news");
        Assert.Empty((await _journal.ReadChangesAsync(left.Revision))!.Ids);
    }

    [Fact]
    public async Task LetGo_TakesTheOldestOfAllRenditions_AsManyAsAreNeeded()
    {
        await BeginAsync(Id);
        foreach (var sequence in Sequences(5))
        {
            await _journal.AddAsync(Id, Stored.Segment("source", Stored.Video(720), sequence));
            await _journal.AddAsync(Id, Stored.Segment("audio", Stored.Audio, sequence));
        }

        Assert.Equal(0, await _journal.LetGoAsync(Id, before: 0, bytes: 1));
        Assert.Equal(2200, await _journal.LetGoAsync(Id, before: 4, bytes: 1101));

        var letGo = await _journal.ReadLetGoAsync();
        Assert.Equal([0, 0, 1, 1], letGo.Select(segment => segment.MediaSequence));
        Assert.Equal(2, (await _journal.ReadAsync(Id))!.Renditions[0].Segments[0].Boundary.MediaSequence);
        Assert.Equal(3300, await _journal.ReadGrowingBytesAsync([]));
        Assert.Equal(0, await _journal.ReadGrowingBytesAsync([Id]));
        await _journal.ForgetAsync(letGo);
        Assert.Empty(await _journal.ReadLetGoAsync());
    }

    [Fact]
    public async Task Orphans_GrowOlderFromLookToLook_UntilTheyAreGone()
    {
        await _journal.SeeOrphansAsync(["a", "b"], Stored.Start, TimeSpan.FromSeconds(30));
        await _journal.SeeOrphansAsync(["b", "c"], Stored.Start.AddSeconds(30), TimeSpan.FromSeconds(30));

        Assert.Equal(
            [new Orphan("b", Stored.Start, TimeSpan.FromSeconds(30)), new Orphan("c", Stored.Start.AddSeconds(30), TimeSpan.Zero)],
            await _journal.ReadOrphansAsync());
        await _journal.ForgetOrphanAsync("b");
        Assert.Equal("c", Assert.Single(await _journal.ReadOrphansAsync()).Folder);
    }

    [Fact]
    public async Task Manifests_AreWantedOfWhatHasEnded_UntilTheyAreThere()
    {
        await BeginAsync(Id);
        await _journal.AddAsync(Id, Stored.Segment("source", Stored.Video(720), 0));
        await _journal.AddAsync(Id, Stored.Segment("audio", Stored.Audio, 0));
        Assert.Empty(await _journal.ReadWithoutManifestsAsync());
        Assert.Empty(await _journal.ReadRenditionsAsync(Id));
        await _journal.EndAsync(Id, Stored.Start.AddSeconds(2));

        Assert.Equal([Id], await _journal.ReadWithoutManifestsAsync());
        Assert.Equal(["audio", "source"], await _journal.ReadRenditionsAsync(Id));
        await _journal.AddManifestsAsync(Id);
        await _journal.AddManifestsAsync("unknown");
        Assert.Empty(await _journal.ReadWithoutManifestsAsync());
    }

    [Fact]
    public async Task Add_AfterTheEnd_IsRefused()
    {
        await BeginAsync(Id, 3);
        await _journal.AddAsync(Id, Stored.Segment("source", Stored.Video(720), 0), 3);
        await _journal.EndAsync(Id, Stored.Start.AddSeconds(2), 3);

        await Assert.ThrowsAsync<OvertakenException>(() => _journal.AddAsync(Id, Stored.Segment("source", Stored.Video(720), 1), 3));
        await Assert.ThrowsAsync<OvertakenException>(() => BeginAsync(Id, 4));

        Assert.Single((await _journal.ReadAsync(Id))!.Renditions[0].Segments);
    }

    [Fact]
    public async Task ReadInterrupted_HasTheBroadcastsWithoutAnEndInTheOrderOfTheirEpochs()
    {
        await BeginAsync("first", 7);
        await BeginAsync("second", 9);
        await _journal.LeaveAsync("second"); // Not to be kept.
        await BeginAsync("ended", 9);
        await _journal.EndAsync("ended", Stored.Start, 9);
        await BeginAsync("unclaimed");

        Assert.Equal([("first", "news", 7L), ("second", "news", 9)], await _journal.ReadInterruptedAsync());
        Assert.Equal(
            [new UnendedBroadcast("first", "news", 7, IsWhole: true), new("unclaimed", "news", 0, IsWhole: true)],
            await _journal.ReadUnendedAsync());
    }

    [Fact]
    public async Task Read_ConfigurationChanged_HasBothPeriodsAndHeaders()
    {
        await BeginAsync(Id);
        await _journal.AddAsync(Id, Stored.Segment("source", Stored.Video(720), 0));
        await _journal.AddAsync(Id, Stored.Segment("source", Stored.Video(360), 5, initialization: 1, discontinuities: 1));

        var timeline = (await _journal.ReadAsync(Id))!;

        Assert.Equal([0, 1], timeline.Periods.Select(period => period.Index));
        Assert.Equal([720, 360], timeline.Renditions[0].Initializations.Cast<VideoConfiguration>().Select(video => video.Height));
        Assert.Equal(1, timeline.Renditions[0].Segments[^1].Initialization);
    }

    [Fact]
    public async Task Read_SegmentsMissing_HasGapsInTheirPlacesAndNoHole()
    {
        await BeginAsync(Id);
        foreach (var sequence in (long[])[0, 1, 4, 5])
        {
            await _journal.AddAsync(Id, Stored.Segment("source", Stored.Video(720), sequence));
        }

        await _journal.AddAsync(Id, Stored.Segment("audio", Stored.Audio, 1));
        await _journal.AddAsync(Id, Stored.Segment("audio", Stored.Audio, 5));

        var timeline = (await _journal.ReadAsync(Id))!;

        foreach (var rendition in timeline.Renditions)
        {
            Assert.Equal(Sequences(6), rendition.Segments.Select(segment => segment.Boundary.MediaSequence));
            Assert.All(rendition.Segments, segment => Assert.Equal(2 * rendition.Timescale, segment.Duration));
            Assert.All(rendition.Segments, segment =>
                Assert.Equal(segment.Boundary.MediaSequence * 2 * rendition.Timescale, segment.DecodeTime));
        }

        Assert.Equal([2, 3], Gaps(timeline, "source"));
        Assert.Equal([0, 2, 3, 4], Gaps(timeline, "audio"));
    }

    [Fact]
    public async Task Read_RungThatLacksMost_IsNotOffered()
    {
        await BeginAsync(Id);
        foreach (var sequence in Sequences(20))
        {
            await _journal.AddAsync(Id, Stored.Segment("source", Stored.Video(720), sequence));
            if (sequence != 7)
            {
                await _journal.AddAsync(Id, Stored.Segment("480p", Stored.Video(480), sequence));
            }

            if (sequence > 15)
            {
                await _journal.AddAsync(Id, Stored.Segment("240p", Stored.Video(240), sequence));
            }
        }

        var timeline = (await _journal.ReadAsync(Id))!;

        Assert.Equal(["source", "480p", "240p"], timeline.Renditions.Select(rendition => rendition.Name));
        Assert.Equal([true, true, false], timeline.Renditions.Select(rendition => rendition.IsOffered));
    }

    [Fact]
    public async Task Read_EndedBeforeItsLastSegments_IsAsLongAsThatForAllRenditions()
    {
        await BeginAsync(Id);
        foreach (var sequence in Sequences(4))
        {
            await _journal.AddAsync(Id, Stored.Segment("source", Stored.Video(720), sequence));
        }

        await _journal.AddAsync(Id, Stored.Segment("audio", Stored.Audio, 0));
        await _journal.AddAsync(Id, Stored.Segment("audio", Stored.Audio, 1));
        await _journal.AddAsync(Id, Stored.Segment("audio", Stored.Audio, 2));
        await _journal.EndAsync(Id, Stored.Start + (3 * Stored.SegmentDuration));

        Assert.All((await _journal.ReadAsync(Id))!.Renditions, rendition => Assert.Equal(3, rendition.Segments.Length));
    }

    [Fact]
    public async Task ReadRecordings_EndedOnly_WithDurationAndSize()
    {
        await BeginAsync(Id);
        await BeginAsync("unended");
        await BeginAsync("empty");
        foreach (var sequence in Sequences(3))
        {
            await _journal.AddAsync(Id, Stored.Segment("source", Stored.Video(720), sequence));
            await _journal.AddAsync(Id, Stored.Segment("audio", Stored.Audio, sequence));
        }

        await _journal.AddAsync("unended", Stored.Segment("source", Stored.Video(720), 0));
        await _journal.EndAsync(Id, Stored.Start.AddMinutes(1));
        await _journal.EndAsync("empty", Stored.Start);

        Assert.Equal(
            new Recording(Id, "news", Stored.Start, Stored.Start.AddMinutes(1), TimeSpan.FromSeconds(6), 3300, HasVideo: true, Storages: _journal.Storage),
            Assert.Single(await _journal.ReadRecordingsAsync()));
        Assert.Equal(["unended"], (await _journal.ReadUnendedAsync()).Select(unended => unended.Id));
        Assert.Null(await _journal.ReadAsync("empty"));
        Assert.Null(await _journal.ReadAsync("unknown"));
    }

    [Fact]
    public async Task Missing_AddsUp_AndIsToldOfTheRecording()
    {
        foreach (var id in (string[])[Id, "whole"])
        {
            await BeginAsync(id);
            await _journal.AddAsync(id, Stored.Segment("source", Stored.Video(720), 0));
            await _journal.EndAsync(id, Stored.Start.AddMinutes(1));
        }

        await _journal.AddMissingAsync(Id, 2);
        await _journal.AddMissingAsync(Id, 3);

        Assert.Equal(
            [(Id, 5), ("whole", 0)],
            (await _journal.ReadRecordingsAsync()).Select(static recording => (recording.Id, recording.MissingSegments))
                .OrderBy(static pair => pair.Id));
        await _journal.DeleteAsync(Id);
        await BeginAsync(Id);
        await _journal.AddAsync(Id, Stored.Segment("source", Stored.Video(720), 0));
        await _journal.EndAsync(Id, Stored.Start.AddMinutes(1));
        Assert.All(await _journal.ReadRecordingsAsync(), static recording => Assert.Equal(0, recording.MissingSegments));
    }

    [Fact]
    public async Task Delete_TakesOneBroadcastOnly()
    {
        foreach (var id in (string[])[Id, "other"])
        {
            await BeginAsync(id);
            await _journal.AddAsync(id, Stored.Segment("source", Stored.Video(720), 0));
        }

        await _journal.DeleteAsync(Id);

        Assert.Null(await _journal.ReadAsync(Id));
        Assert.NotNull(await _journal.ReadAsync("other"));
    }

    protected static IEnumerable<long> Sequences(int count) => Enumerable.Range(0, count).Select(sequence => (long)sequence);

    private static IEnumerable<long> Gaps(BroadcastSnapshot timeline, string rendition) =>
        timeline.Find(rendition)!.Segments.Where(segment => segment.IsGap).Select(segment => segment.Boundary.MediaSequence);

    /// <summary>The journal of a node, as the one before left it.</summary>
    private protected abstract Task<RecordingJournal> OpenAsync();

    private protected Task BeginAsync(string id, long epoch = 0) =>
        _journal.BeginAsync(id, "news", TimeSpan.FromSeconds(4), TimeSpan.FromMilliseconds(334), epoch);

    private async Task ReopenAsync()
    {
        _journal.Dispose();
        _journal = await OpenAsync();
    }
}
