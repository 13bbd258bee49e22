using System.Globalization;
using System.Xml.Linq;
using Streaming.Pipeline.Dash;
using Streaming.Pipeline.Tests.Timelines;

namespace Streaming.Pipeline.Tests.Dash;

public sealed class LowLatencyTests
{
    private static readonly XNamespace Mpd = "urn:mpeg:dash:schema:mpd:2011";

    private static readonly MediaPresentationOptions Options = new() { LowLatency = true };

    [Fact]
    public void Mpd_InLowLatency_IsAsRecorded() => Repository.AssertGolden(
        Manifests.Mpd(Broadcasts.All["growing"], Options), "tests", "Pipeline.Tests", "Dash", "Golden", "growing.low-latency.mpd");

    [Fact]
    public void GrowingSegment_InLowLatency_IsListedAndAvailableFromItsFirstPart()
    {
        var root = XDocument.Parse(Manifests.Mpd(Broadcasts.All["growing"], Options)).Root!;
        var templates = root.Descendants(Mpd + "SegmentTemplate").ToList();
        Assert.Equal(4, templates.Count);
        foreach (var template in templates)
        {
            // Segments of 2 s, the seventh growing, parts of 0.5 s.
            var timescale = (double)template.Attribute("timescale")!;
            var last = Durations(template)[^1] / timescale;
            Assert.Equal(7, Durations(template).Count);
            Assert.InRange(last, 2.0, 2.1);
            Assert.Equal("false", template.Attribute("availabilityTimeComplete")!.Value);
            Assert.Equal(0.5, last - (double)template.Attribute("availabilityTimeOffset")!, 0.002);
        }

        Assert.Equal(2500, (int)root.Descendants(Mpd + "Latency").Single().Attribute("target")!);
        Assert.Equal("PT2.5S", root.Attribute("suggestedPresentationDelay")!.Value);
        Assert.Equal("PT0.25S", root.Attribute("minimumUpdatePeriod")!.Value);
    }

    [Fact]
    public void EvenSegments_AreAddressedByNumberAndDuration()
    {
        var broadcast = new BroadcastBuilder().Ladder().Even().Segments(3)
            .NewPeriod(TimeSpan.FromSeconds(5)).Even().Segments(7).Keep(8).Growing(90_000).Build();
        var mpd = Manifests.Mpd(broadcast, Options);
        Repository.AssertGolden(mpd, "tests", "Pipeline.Tests", "Dash", "Golden", "even.low-latency.mpd");

        var root = XDocument.Parse(mpd).Root!;
        Assert.Equal("PT2S", root.Attribute("minimumUpdatePeriod")!.Value);
        var periods = root.Elements(Mpd + "Period").Select(Templates).ToList();
        Assert.Equal(2, periods.Count);
        Assert.All(periods[0], template => Assert.Equal(("0", "2", null, 2), Facts(template)));
        Assert.All(periods[1], template => Assert.Equal(("3", null, "1.500", 2), Facts(template)));
        Assert.All(periods.SelectMany(period => period), template => Assert.Empty(template.Elements()));
        Assert.Equal(
            ["45000", "45000", "45000", "24000"],
            root.Descendants(Mpd + "Resync").Select(resync => resync.Attribute("dT")!.Value));

        static List<XElement> Templates(XElement period) => [.. period.Descendants(Mpd + "SegmentTemplate")];

        static (string?, string?, string?, double?) Facts(XElement template) => (
            template.Attribute("startNumber")?.Value,
            template.Attribute("endNumber")?.Value,
            template.Attribute("availabilityTimeOffset")?.Value,
            (double?)template.Attribute("duration") / (double)template.Attribute("timescale")!);
    }

    [Fact]
    public void EvenSegments_MoreOfThem_ChangeNothingButTheTimes()
    {
        var builder = new BroadcastBuilder().Ladder().Even().Segments(5);
        var before = XDocument.Parse(Manifests.Mpd(builder.Build(), Options)).Root!;
        var after = XDocument.Parse(Manifests.Mpd(builder.Segments(40).Build(), Options)).Root!;
        Assert.Equal(before.Elements().Select(one => one.ToString()), after.Elements().Select(one => one.ToString()));
    }

    [Fact]
    public void EvenSegments_OfAPeriodThatIsOver_AreNotListed()
    {
        Assert.InRange(Length(900) - Length(100), 0, 40); // Longer numbers.

        static int Length(int segments)
        {
            var builder = new BroadcastBuilder().Ladder().Even().Segments(segments).NewPeriod(TimeSpan.Zero);
            return Manifests.Mpd(builder.Even().Segments(100).Build(), Options).Length;
        }
    }

    [Fact]
    public void EvenSegments_OfAPeriodThatIsOverButStillShownLast_AreListed()
    {
        var builder = new BroadcastBuilder().Video("source").Audio().Even().Segments(3).Discontinuity(TimeSpan.Zero).Segments(1);
        var root = XDocument.Parse(Manifests.Mpd(builder.Late("audio").Build(), Options)).Root!;
        Assert.Single(root.Elements(Mpd + "Period"));
        Assert.All(root.Descendants(Mpd + "SegmentTemplate"), template => Assert.Equal(3, Durations(template).Count));
    }

    [Theory]
    [InlineData("only-source-not-independent")]
    [InlineData("ended")]
    public void Mpd_WhereNothingCanBePlayedWhileItGrows_IsAsWithout(string name) =>
        Assert.Equal(Manifests.Mpd(Broadcasts.All[name]), Manifests.Mpd(Broadcasts.All[name], Options));

    [Fact]
    public void NewPeriod_InLowLatency_LeavesThoseBeforeItComplete()
    {
        var broadcast = new BroadcastBuilder().Ladder().Segments(3).NewPeriod(TimeSpan.FromSeconds(5)).Segments(2).Growing(90_000).Build();
        var periods = XDocument.Parse(Manifests.Mpd(broadcast, Options)).Root!.Elements(Mpd + "Period").ToList();
        Assert.Equal(2, periods.Count);
        Assert.All(periods[0].Descendants(Mpd + "SegmentTemplate"), template =>
        {
            Assert.Null(template.Attribute("availabilityTimeOffset"));
            Assert.Equal(3, Durations(template).Count);
        });
        Assert.All(periods[1].Descendants(Mpd + "SegmentTemplate"), template => Assert.Equal(3, Durations(template).Count));
    }

    [Fact]
    public void GrowingSegment_OfARungThatIsBehind_IsNotListedBeforeTheOneBeforeIt()
    {
        var broadcast = new BroadcastBuilder().Ladder().Segments(3).Late("480p").Growing(90_000).Build();
        var templates = XDocument.Parse(Manifests.Mpd(broadcast, Options)).Root!.Descendants(Mpd + "Representation")
            .ToDictionary(one => one.Attribute("id")!.Value, one => Durations(one.Element(Mpd + "SegmentTemplate")!).Count);
        Assert.Equal((4, 2), (templates["720p"], templates["480p"]));
    }

    [Fact]
    public void GrowingSegment_LongerThanExpected_IsListedAsLongAsItIs()
    {
        var broadcast = new BroadcastBuilder().Video("source").Segments(3).Growing(270_000).Build();
        var template = XDocument.Parse(Manifests.Mpd(broadcast, Options)).Root!.Descendants(Mpd + "SegmentTemplate").Single();
        Assert.Equal(270_000, Durations(template)[^1]);
    }

    private static List<long> Durations(XElement template) => [.. template.Descendants(Mpd + "S").SelectMany(s => Enumerable.Repeat(
        (long)s.Attribute("d")!, 1 + int.Parse(s.Attribute("r")?.Value ?? "0", CultureInfo.InvariantCulture)))];
}
