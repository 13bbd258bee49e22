using System.Globalization;
using Streaming.Pipeline.Tests.Timelines;
using Streaming.Pipeline.Timelines;

namespace Streaming.Pipeline.Tests.Dash;

/// <summary>MPDs as mpd-parser understands them.</summary>
[Collection(nameof(JudgedManifests))]
public sealed class JudgedMediaPresentationTests(JudgedManifests judged)
{
    // Half a millisecond would be seen; rounding of offsets to a sample and of wall clock to 100 ns is not.
    private const double Tolerance = 0.0001;

    [Fact]
    public void Mpds_All_AreAcceptedWithoutWarning()
    {
        var mpds = judged.All.Where(one => one.Key.EndsWith(".mpd", StringComparison.Ordinal)).ToList();
        Assert.True(mpds.Count > 100);
        Assert.All(mpds, one => Assert.True(one.Value.Error is null, $"{one.Key}: {one.Value.Error}"));
        Assert.All(mpds, one => Assert.Empty(one.Value.Mpd!.Warnings));
    }

    [Fact]
    public void Segments_OfAnyBroadcast_AreTheSnapshotsAtTheirWallClockTime()
    {
        foreach (var (name, broadcast) in JudgedManifests.BroadcastsByName)
        {
            var mpd = judged[name + ".mpd"].Mpd!;
            var representations = mpd.Playlists.Concat(mpd.Audio).ToList();
            Assert.Equal(Listed(name, broadcast), representations.Select(static one => one.Id).Order(StringComparer.Ordinal));
            foreach (var representation in representations)
            {
                var rendition = broadcast.Find(representation.Id)!;
                var media = rendition.Segments.GroupBy(static one => one.Boundary.Period).SelectMany(FromMediaToMedia).ToList();
                Assert.Equal(rendition.PeakBitRate, representation.Bandwidth);
                Assert.Equal(broadcast.IsEnded, representation.EndList);
                Assert.Equal(media.Count, representation.Segments.Length);
                foreach (var (segment, actual) in media.Zip(representation.Segments))
                {
                    AssertSegment(broadcast, rendition, segment, actual);
                }
            }
        }
    }

    [Fact]
    public void Segments_OfAnyRecording_FollowEachOtherFromZero()
    {
        foreach (var (name, broadcast) in JudgedManifests.BroadcastsByName)
        {
            var mpd = judged[name + ".vod.mpd"].Mpd!;
            foreach (var representation in mpd.Playlists.Concat(mpd.Audio))
            {
                Assert.True(representation.EndList);
                var segments = representation.Segments;
                Assert.InRange(segments[0].PresentationTime, -0.03, 2.5);
                Assert.InRange(segments[^1].PresentationTime + segments[^1].Duration, 0.01, mpd.Duration + Tolerance);
                for (var i = 1; i < segments.Length; i++)
                {
                    // Whole segments are missing where a rendition failed; else only the rest of an audio frame.
                    var end = segments[i - 1].PresentationTime + segments[i - 1].Duration;
                    var isAfterGap = representation.Id == "720p";
                    Assert.InRange(segments[i].PresentationTime - end, -0.05, isAfterGap ? double.MaxValue : 0.05);
                }
            }
        }
    }

    private static IEnumerable<Segment> FromMediaToMedia(IEnumerable<Segment> period) =>
        period.SkipWhile(static one => one.IsGap).Reverse().SkipWhile(static one => one.IsGap).Reverse();

    private static IEnumerable<string> Listed(string name, BroadcastSnapshot broadcast)
    {
        var names = name switch
        {
            "dropped-rung" => Offering.Of(broadcast).Renditions.Select(static one => one.Name),
            "source-not-independent" => ["720p", "audio"],
            _ => broadcast.Renditions.Select(static one => one.Name),
        };
        return names.Order(StringComparer.Ordinal);
    }

    private static void AssertSegment(
        BroadcastSnapshot broadcast, RenditionSnapshot rendition, Segment segment, DashSegmentJudgement actual)
    {
        var folder = $"http://localhost/live/slug/{broadcast.Id}/{rendition.Name}/";
        Assert.Equal(folder + MediaNames.Segment(segment.Boundary.MediaSequence), actual.ResolvedUri);
        Assert.Equal(folder + MediaNames.Initialization(segment.Initialization), actual.Map);
        var timescale = rendition.Initializations[segment.Initialization].Timescale;
        Assert.Equal((double)segment.Duration / timescale, actual.Duration, Tolerance);
        var expected = (segment.Boundary.ProgramDateTime - broadcast.StartedAt).TotalSeconds
            + ((double)segment.DecodeTime / timescale) - (segment.Boundary.DecodeTime / 90_000.0);
        Assert.True(
            Math.Abs(expected - actual.PresentationTime) < Tolerance,
            string.Create(CultureInfo.InvariantCulture, $"{actual.Uri} is at {actual.PresentationTime}, not {expected}"));
    }
}
