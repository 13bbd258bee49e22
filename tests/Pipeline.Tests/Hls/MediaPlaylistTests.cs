using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Streaming.Pipeline.Hls;
using Streaming.Pipeline.Tests.Timelines;
using Streaming.Pipeline.Timelines;

namespace Streaming.Pipeline.Tests.Hls;

public sealed class MediaPlaylistTests
{
    [Fact]
    public void Extinf_SumsOverAnyRun_StayWithinOneUnitOfTheTruth() => Prop.ForAll<int[]>(static script =>
    {
        var broadcast = BroadcastScript.Play(script);
        foreach (var rendition in broadcast.Renditions)
        {
            var durations = Durations(Manifests.Media(broadcast, rendition.Name));
            Assert.Equal(rendition.Segments.Length, durations.Count);
            foreach (var run in RunsWithoutBreak(rendition))
            {
                var first = rendition.Segments[run.Start];
                var last = rendition.Segments[run.End.Value - 1];
                var timescale = rendition.Initializations[first.Initialization].Timescale;
                var expected = (decimal)(last.DecodeTime + last.Duration - first.DecodeTime) / timescale;
                var sum = durations.Take(run).Sum();
                Assert.True(Math.Abs(sum - expected) <= 0.00001m, $"{rendition.Name}: {sum}, not {expected}");
            }
        }
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Segment_WhileTheWindowMoves_IsWrittenTheSame()
    {
        var builder = new BroadcastBuilder().Ladder().Segments(4).Discontinuity(TimeSpan.FromSeconds(3)).Segments(3);
        var before = Manifests.Media(builder.Build(), "audio");
        var after = Manifests.Media(builder.Segments(1).Keep(5).Build(), "audio");
        const string segment = "#EXT-X-PROGRAM";
        var firstSegment = after.IndexOf(segment, StringComparison.Ordinal);
        var shared = after[firstSegment..after.LastIndexOf(segment, StringComparison.Ordinal)];
        Assert.Contains("#EXT-X-DISCONTINUITY\n", shared, StringComparison.Ordinal);
        Assert.EndsWith(shared, before, StringComparison.Ordinal);
    }

    [Fact]
    public void Discontinuity_TwiceBetweenSegments_IsWrittenTwice()
    {
        var broadcast = new BroadcastBuilder().Video("source").Segments(1)
            .Discontinuity(TimeSpan.Zero).Discontinuity(TimeSpan.Zero).Segments(1).Build();
        Assert.Contains(
            "0.m4s\n#EXT-X-DISCONTINUITY\n#EXT-X-DISCONTINUITY\n#EXT-X-PROGRAM",
            Manifests.Media(broadcast, "source"),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Parts_AllListed_LieWithinThreeTargetDurationsOfTheEdge() => Prop.ForAll<int[], ushort>(static (script, grown) =>
    {
        var broadcast = new BroadcastBuilder().Video("source").Segments(1);
        foreach (var number in script)
        {
            broadcast.Segments(1, (200 + (Math.Abs(number % 2200))) * 90);
        }

        var lines = Manifests.Media(broadcast.Growing(1 + grown).Build(), "source", Manifests.LowLatency).Split('\n');
        var first = Array.FindIndex(lines, static line => line.StartsWith("#EXT-X-PART:", StringComparison.Ordinal));
        var open = Array.FindLastIndex(lines, static line => line.EndsWith(".m4s", StringComparison.Ordinal));
        var closed = lines[first..].Take(Math.Max(0, open - first)).Where(IsExtinf).Sum(ExtinfOf);
        Assert.True(closed + ((1 + grown) / 90_000m) <= 6.00001m);
        Assert.True(lines.Count(IsExtinf) == script.Length + 1);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void PreloadHint_BetweenSegments_NamesTheNextSegmentsFirstPart() => Assert.Contains(
        "4.m4s\n#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"5.0.m4s\"\n",
        Manifests.Media(new BroadcastBuilder().Video("source").Segments(5).Build(), "source", Manifests.LowLatency),
        StringComparison.Ordinal);

    [Theory]
    [InlineData(180_000, 180_000, "5.0")]
    [InlineData(178_200, 180_000, "5.0")] // A picture more.
    [InlineData(180_000, 135_000, "4.3")]
    [InlineData(180_000, 225_000, "4.5")] // It has gone on.
    public void PreloadHint_OfSegmentAsLongAsTheOneBefore_NamesTheNextSegmentsFirstPart(
        long before, long grown, string hint)
    {
        var broadcast = new BroadcastBuilder().Video("source").Segments(4, before).Growing(grown).Build();
        var lines = Manifests.Media(broadcast, "source", Manifests.LowLatency).Split('\n');
        Assert.Contains($"URI=\"{hint}", Assert.Single(lines, IsHint), StringComparison.Ordinal);

        static bool IsHint(string line) => line.StartsWith("#EXT-X-PRELOAD-HINT", StringComparison.Ordinal);
    }

    [Fact]
    public void LowLatencyPlaylist_Ended_NeitherHintsNorReports()
    {
        var text = Manifests.Media(Broadcasts.All["ended"], "source", Manifests.LowLatency);
        Assert.DoesNotContain("#EXT-X-PRELOAD-HINT", text, StringComparison.Ordinal);
        Assert.DoesNotContain("#EXT-X-RENDITION-REPORT", text, StringComparison.Ordinal);
        Assert.EndsWith("#EXT-X-ENDLIST\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void LowLatencyPlaylist_BeforeTheFirstSegment_BeginsWithItsParts()
    {
        var broadcast = new BroadcastBuilder().Video("source").Growing(90_000).Build();
        var text = Manifests.Media(broadcast, "source", Manifests.LowLatency);
        Assert.Contains("#EXT-X-MEDIA-SEQUENCE:0\n", text, StringComparison.Ordinal);
        Assert.Contains("#EXT-X-MAP:URI=\"init-0.mp4\"\n", text, StringComparison.Ordinal);
        Assert.EndsWith("#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"0.2.m4s\"\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void PartHoldBack_Set_IsRoundedUp() => Assert.Contains(
        ",PART-HOLD-BACK=1.00001,",
        Manifests.Media(
            Broadcasts.All["plain"],
            "source",
            new MediaPlaylistOptions { LowLatency = true, PartHoldBack = TimeSpan.FromTicks(10_000_001) }),
        StringComparison.Ordinal);

    [Fact]
    public void TargetDuration_Fractional_IsRoundedUp() => Assert.Contains(
        "#EXT-X-TARGETDURATION:3\n",
        Manifests.Media(
            new BroadcastBuilder { TargetDuration = TimeSpan.FromSeconds(2.2) }.Video("source").Segments(1).Build(), "source"),
        StringComparison.Ordinal);

    private static bool IsExtinf(string line) => line.StartsWith("#EXTINF:", StringComparison.Ordinal);

    private static decimal ExtinfOf(string line) =>
        decimal.Parse(line["#EXTINF:".Length..].TrimEnd(','), CultureInfo.InvariantCulture);

    private static List<decimal> Durations(string playlist) =>
        [.. playlist.Split('\n').Where(IsExtinf).Select(ExtinfOf)];

    private static IEnumerable<Range> RunsWithoutBreak(RenditionSnapshot rendition)
    {
        var start = 0;
        for (var i = 1; i <= rendition.Segments.Length; i++)
        {
            var previous = rendition.Segments[i - 1];
            if (i == rendition.Segments.Length || rendition.Segments[i].DecodeTime != previous.DecodeTime + previous.Duration)
            {
                yield return start..i;
                start = i;
            }
        }
    }
}
