using Streaming.Cluster.Recordings;
using Streaming.Pipeline.Media;
using Streaming.Pipeline.Timelines;

namespace Streaming.Cluster.Tests.Recordings;

/// <summary>What was written is read back in order, also after a crash.</summary>
public sealed class RecordingJournalTests : IDisposable
{
    private const string Id = "20260101T120000Z-00000001";

    private readonly TemporaryFolder _folder = new();
    private RecordingJournal _journal;

    public RecordingJournalTests() => _journal = new RecordingJournal(_folder["recordings.db"]);

    public void Dispose()
    {
        _journal.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Read_WhatWasAdded_IsEqualAndInOrder()
    {
        Begin(Id);
        StoredSegment[] video = [.. Sequences(5).Select(sequence => Stored.Segment("source", Stored.Video(720), sequence))];
        StoredSegment[] audio = [.. Sequences(5).Select(sequence => Stored.Segment("audio", Stored.Audio, sequence))];
        foreach (var stored in video.Zip(audio, (first, second) => new[] { second, first }).SelectMany(pair => pair))
        {
            _journal.Add(Id, stored);
        }

        Reopen();
        var timeline = _journal.Read(Id)!;

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
    public void Epoch_OfABroadcast_StaysWithItUntilItIsForgotten()
    {
        _journal.Begin(Id, "news", TimeSpan.FromSeconds(4), TimeSpan.FromMilliseconds(334), epoch: 1L << 40);
        _journal.Begin(Id, "news", TimeSpan.FromSeconds(4), TimeSpan.FromMilliseconds(334), epoch: 7); // Once more.
        Begin("unclaimed");

        Reopen();

        Assert.Equal(1L << 40, _journal.ReadEpoch(Id));
        Assert.Equal(0, _journal.ReadEpoch("unclaimed"));
        _journal.Delete(Id);
        Assert.Equal(0, _journal.ReadEpoch(Id));
    }

    [Fact]
    public void Write_UnderALowerEpochThanTheChannelIsKnownUnder_IsRefused()
    {
        Begin(Id, 3);
        Begin("later", 5);
        Reopen();

        var refusal = Assert.Throws<OvertakenException>(() => _journal.Add(Id, Stored.Segment("source", Stored.Video(720), 0)));
        Assert.Contains(Id, refusal.Message, StringComparison.Ordinal);
        Assert.Throws<OvertakenException>(() => Begin("another", 4));
        _journal.Delete("later");
        Assert.Throws<OvertakenException>(() => Begin("another", 4));

        Assert.False(_journal.Knows("another"));
        Assert.Null(_journal.Read(Id));
        Assert.Equal(("news", 5L), Assert.Single(_journal.ReadNewestEpochs()));
        Begin("another", 5);
        _journal.Add("another", Stored.Segment("source", Stored.Video(720), 0));
        Begin("unclaimed"); // A node that is alone and cannot store its claim.
        _journal.Add("unclaimed", Stored.Segment("source", Stored.Video(720), 0));
    }

    [Fact]
    public void Add_AfterTheEnd_IsRefused()
    {
        Begin(Id, 3);
        _journal.Add(Id, Stored.Segment("source", Stored.Video(720), 0));
        _journal.End(Id, Stored.Start.AddSeconds(2));

        Assert.Throws<OvertakenException>(() => _journal.Add(Id, Stored.Segment("source", Stored.Video(720), 1)));

        Assert.Single(_journal.Read(Id)!.Renditions[0].Segments);
    }

    [Fact]
    public void ReadInterrupted_HasTheBroadcastsWithoutAnEndInTheOrderOfTheirEpochs()
    {
        Begin("first", 7);
        Begin("second", 9);
        _journal.Leave("second"); // Not to be kept.
        Begin("ended", 9);
        _journal.End("ended", Stored.Start);
        Begin("unclaimed");

        Assert.Equal([("first", "news", 7L), ("second", "news", 9)], _journal.ReadInterrupted());
    }

    [Fact]
    public void Read_ConfigurationChanged_HasBothPeriodsAndHeaders()
    {
        Begin(Id);
        _journal.Add(Id, Stored.Segment("source", Stored.Video(720), 0));
        _journal.Add(Id, Stored.Segment("source", Stored.Video(360), 5, initialization: 1, discontinuities: 1));

        var timeline = _journal.Read(Id)!;

        Assert.Equal([0, 1], timeline.Periods.Select(period => period.Index));
        Assert.Equal([720, 360], timeline.Renditions[0].Initializations.Cast<VideoConfiguration>().Select(video => video.Height));
        Assert.Equal(1, timeline.Renditions[0].Segments[^1].Initialization);
    }

    [Fact]
    public void Read_SegmentsMissing_HasGapsInTheirPlacesAndNoHole()
    {
        Begin(Id);
        foreach (var sequence in (long[])[0, 1, 4, 5])
        {
            _journal.Add(Id, Stored.Segment("source", Stored.Video(720), sequence));
        }

        _journal.Add(Id, Stored.Segment("audio", Stored.Audio, 1));
        _journal.Add(Id, Stored.Segment("audio", Stored.Audio, 5));

        var timeline = _journal.Read(Id)!;

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
    public void Read_RungThatLacksMost_IsNotOffered()
    {
        Begin(Id);
        foreach (var sequence in Sequences(20))
        {
            _journal.Add(Id, Stored.Segment("source", Stored.Video(720), sequence));
            if (sequence != 7)
            {
                _journal.Add(Id, Stored.Segment("480p", Stored.Video(480), sequence));
            }

            if (sequence > 15)
            {
                _journal.Add(Id, Stored.Segment("240p", Stored.Video(240), sequence));
            }
        }

        var timeline = _journal.Read(Id)!;

        Assert.Equal(["source", "480p", "240p"], timeline.Renditions.Select(rendition => rendition.Name));
        Assert.Equal([true, true, false], timeline.Renditions.Select(rendition => rendition.IsOffered));
    }

    [Fact]
    public void Read_EndedBeforeItsLastSegments_IsAsLongAsThatForAllRenditions()
    {
        Begin(Id);
        foreach (var sequence in Sequences(4))
        {
            _journal.Add(Id, Stored.Segment("source", Stored.Video(720), sequence));
        }

        _journal.Add(Id, Stored.Segment("audio", Stored.Audio, 0));
        _journal.Add(Id, Stored.Segment("audio", Stored.Audio, 1));
        _journal.Add(Id, Stored.Segment("audio", Stored.Audio, 2));
        _journal.End(Id, Stored.Start + (3 * Stored.SegmentDuration));

        Assert.All(_journal.Read(Id)!.Renditions, rendition => Assert.Equal(3, rendition.Segments.Length));
    }

    [Fact]
    public void ReadRecordings_EndedOnly_WithDurationAndSize()
    {
        Begin(Id);
        Begin("unended");
        Begin("empty");
        foreach (var sequence in Sequences(3))
        {
            _journal.Add(Id, Stored.Segment("source", Stored.Video(720), sequence));
            _journal.Add(Id, Stored.Segment("audio", Stored.Audio, sequence));
        }

        _journal.Add("unended", Stored.Segment("source", Stored.Video(720), 0));
        _journal.End(Id, Stored.Start.AddMinutes(1));
        _journal.End("empty", Stored.Start);

        Assert.Equal(
            new Recording(Id, "news", Stored.Start, Stored.Start.AddMinutes(1), TimeSpan.FromSeconds(6), 3300, HasVideo: true),
            Assert.Single(_journal.ReadRecordings()));
        Assert.Equal(["unended"], _journal.ReadUnended());
        Assert.Null(_journal.Read("empty"));
        Assert.Null(_journal.Read("unknown"));
    }

    [Fact]
    public void Missing_AddsUp_AndIsToldOfTheRecording()
    {
        foreach (var id in (string[])[Id, "whole"])
        {
            Begin(id);
            _journal.Add(id, Stored.Segment("source", Stored.Video(720), 0));
            _journal.End(id, Stored.Start.AddMinutes(1));
        }

        _journal.AddMissing(Id, 2);
        _journal.AddMissing(Id, 3);

        Assert.Equal(
            [(Id, 5), ("whole", 0)],
            _journal.ReadRecordings().Select(static recording => (recording.Id, recording.MissingSegments))
                .OrderBy(static pair => pair.Id));
        _journal.Delete(Id);
        Begin(Id);
        _journal.Add(Id, Stored.Segment("source", Stored.Video(720), 0));
        _journal.End(Id, Stored.Start.AddMinutes(1));
        Assert.All(_journal.ReadRecordings(), static recording => Assert.Equal(0, recording.MissingSegments));
    }

    [Fact]
    public void Delete_TakesOneBroadcastOnly()
    {
        foreach (var id in (string[])[Id, "other"])
        {
            Begin(id);
            _journal.Add(id, Stored.Segment("source", Stored.Video(720), 0));
        }

        _journal.Delete(Id);

        Assert.Null(_journal.Read(Id));
        Assert.NotNull(_journal.Read("other"));
    }

    [Fact]
    public void Read_NodeCrashed_HasAllThatWasAdded()
    {
        Begin(Id);
        foreach (var sequence in Sequences(50))
        {
            _journal.Add(Id, Stored.Segment("source", Stored.Video(720), sequence));
        }

        // What a crashed node leaves: the files as they are, nothing checkpointed, nothing closed.
        using var crashed = new RecordingJournal(CopyFiles(int.MaxValue));

        Assert.Equal(50, crashed.Read(Id)!.Renditions[0].Segments.Length);
        Assert.Equal([Id], crashed.ReadUnended());
    }

    [Theory]
    [InlineData(0.99)]
    [InlineData(0.7)]
    [InlineData(0.4)]
    public void Read_TornTail_IsAPrefix(double kept)
    {
        Begin(Id);
        foreach (var sequence in Sequences(40))
        {
            _journal.Add(Id, Stored.Segment("source", Stored.Video(720), sequence));
        }

        var length = new FileInfo(_folder["recordings.db-wal"]).Length;
        using var torn = new RecordingJournal(CopyFiles((int)(length * kept)));
        var segments = torn.Read(Id)!.Renditions[0].Segments;

        Assert.InRange(segments.Length, 1, 39);
        Assert.Equal(Sequences(segments.Length), segments.Select(segment => segment.Boundary.MediaSequence));
        Assert.DoesNotContain(segments, segment => segment.IsGap);
    }

    private static IEnumerable<long> Sequences(int count) => Enumerable.Range(0, count).Select(sequence => (long)sequence);

    private static IEnumerable<long> Gaps(BroadcastSnapshot timeline, string rendition) =>
        timeline.Find(rendition)!.Segments.Where(segment => segment.IsGap).Select(segment => segment.Boundary.MediaSequence);

    private void Begin(string id, long epoch = 0) =>
        _journal.Begin(id, "news", TimeSpan.FromSeconds(4), TimeSpan.FromMilliseconds(334), epoch);

    private void Reopen()
    {
        _journal.Dispose();
        _journal = new RecordingJournal(_folder["recordings.db"]);
    }

    /// <summary>Copies the database as it is, of its write-ahead log the first bytes only.</summary>
    private string CopyFiles(int walLength)
    {
        File.Copy(_folder["recordings.db"], _folder["copy.db"]);
        var wal = File.ReadAllBytes(_folder["recordings.db-wal"]);
        File.WriteAllBytes(_folder["copy.db-wal"], wal[..Math.Min(wal.Length, walLength)]);
        return _folder["copy.db"];
    }
}
