using System.Xml;
using System.Xml.Linq;
using System.Xml.Schema;
using FsCheck;
using FsCheck.Fluent;
using Streaming.Pipeline.Dash;
using Streaming.Pipeline.Tests.Timelines;
using Streaming.Pipeline.Timelines;

namespace Streaming.Pipeline.Tests.Dash;

public sealed class MediaPresentationTests
{
    private static readonly XNamespace Mpd = "urn:mpeg:dash:schema:mpd:2011";

    private static readonly XmlSchemaSet Schema = LoadSchema();

    public static TheoryData<string> Names => [.. Broadcasts.All.Keys];

    [Fact]
    public void Mpd_OfAnyBroadcast_IsValid() => Prop.ForAll<int[]>(static script =>
    {
        var broadcast = BroadcastScript.Play(script);
        Validate(Manifests.Mpd(broadcast));
        Validate(Manifests.Mpd(broadcast, new MediaPresentationOptions { OnDemand = true }));
        Validate(Manifests.Mpd(broadcast, new MediaPresentationOptions { LowLatency = true }));
    }).QuickCheckThrowOnFailure();

    [Theory]
    [MemberData(nameof(Names))]
    public void Mpd_OfNamedBroadcast_IsValid(string name)
    {
        Validate(Manifests.Mpd(Broadcasts.All[name]));
        Validate(Manifests.Mpd(
            Broadcasts.All[name], new MediaPresentationOptions { TargetLatency = TimeSpan.FromSeconds(3) }));
    }

    [Fact]
    public void Period_WhileTheWindowMoves_KeepsStartAndOffsets()
    {
        var builder = new BroadcastBuilder().Video("source").Audio(44_100).Segments(3, 179_910)
            .Discontinuity(TimeSpan.FromMilliseconds(7_123)).Segments(1, 150_030);
        var seen = new Dictionary<string, string>();
        for (var i = 0; i < 12; i++)
        {
            foreach (var period in Parse(builder.Segments(1, 171_990).Keep(5).Build()).Elements(Mpd + "Period"))
            {
                var offsets = period.Descendants(Mpd + "SegmentTemplate")
                    .Select(static one => (string)one.Attribute("presentationTimeOffset")!);
                var facts = string.Join(' ', offsets.Prepend((string)period.Attribute("start")!));
                var id = (string)period.Attribute("id")!;
                Assert.Equal(seen.GetValueOrDefault(id, facts), facts);
                seen[id] = facts;
            }
        }

        Assert.Equal(new Dictionary<string, string> { ["0"] = "PT0S 0 0", ["1"] = "PT13.12S 539730 264467" }, seen);
    }

    [Fact]
    public void NewPeriod_BeforeItsAudio_IsHeldBackForOneSegment()
    {
        var builder = new BroadcastBuilder().Video("source").Audio().Segments(3).Discontinuity(TimeSpan.Zero).Segments(1);
        Assert.Equal(["0", "1"], PeriodIds(builder.Build()));
        Assert.Equal(["0"], PeriodIds(builder.Late("audio").Build()));
        Assert.Equal(["0", "1"], PeriodIds(
            new BroadcastBuilder().Video("source").Audio().Segments(3).Discontinuity(TimeSpan.Zero).Segments(2)
                .Late("audio", 2).Build()));
    }

    [Fact]
    public void Rung_DroppedAtANewPeriod_StaysInThePeriodBefore()
    {
        var periods = Parse(Broadcasts.All["dropped-rung-new-period"]).Elements(Mpd + "Period").ToList();
        Assert.Equal(["source", "720p", "480p", "audio"], Representations(periods[0]));
        Assert.Equal(["source", "480p", "audio"], Representations(periods[1]));
    }

    [Fact]
    public void Rung_Failed_KeepsItsNumbers()
    {
        var late = new BroadcastBuilder().Ladder().Segments(2, gapIn: "720p").Segments(1).Segments(1, gapIn: "720p").Segments(1).Build();
        var templates = Parse(late).Descendants(Mpd + "Representation").ToDictionary(
            static one => (string)one.Attribute("id")!, static one => one.Element(Mpd + "SegmentTemplate")!);

        Assert.Equal("""0: t="0"d="180000"r="4" """.TrimEnd(), Listing(templates["source"]));
        Assert.Equal("""2: t="360000"d="180000"r="2" """.TrimEnd(), Listing(templates["720p"]));

        static string Listing(XElement template) =>
            (string)template.Attribute("startNumber")! + ": " + string.Concat(template.Descendants(Mpd + "S").Attributes());
    }

    [Fact]
    public void Source_WithoutKeyFramesAtSegments_ClaimsNoStreamAccessPoints()
    {
        var sets = Parse(Broadcasts.All["only-source-not-independent"]).Descendants(Mpd + "AdaptationSet").ToList();
        Assert.Null(sets[0].Attribute("startWithSAP"));
        Assert.Equal("1", (string?)sets[1].Attribute("startWithSAP"));
    }

    [Theory]
    [InlineData("reconnect", "0")] // The same encoder came back: only the wall clock jumped.
    [InlineData("new-parameters", "0 1")]
    [InlineData("new-sampling-rate", "0 1")]
    [InlineData("dropped-rung-new-period", "0 1")]
    public void Recording_GoingOnAsItWas_IsOnePeriod(string name, string periods)
    {
        var mpd = Parse(Broadcasts.All[name], new MediaPresentationOptions { OnDemand = true });
        Assert.Equal(periods.Split(' '), mpd.Elements(Mpd + "Period").Select(static one => (string?)one.Attribute("id")));

        // Every segment is in one of them, with the number that it has.
        var numbers = mpd.Elements(Mpd + "Period").SelectMany(static period =>
        {
            var template = period.Descendants(Mpd + "SegmentTemplate").First();
            return Enumerable.Range(
                (int)template.Attribute("startNumber")!,
                template.Descendants(Mpd + "S").Sum(static one => 1 + ((int?)one.Attribute("r") ?? 0)));
        });
        Assert.Equal(Broadcasts.All[name].Renditions[0].Segments.Select(static one => (int)one.Boundary.MediaSequence), numbers);
    }

    [Fact]
    public void FrameRate_OfTelevision_IsAFraction() => Assert.Equal(
        "30000/1001",
        (string?)Parse(Broadcasts.All["ntsc"]).Descendants(Mpd + "Representation").First().Attribute("frameRate"));

    [Fact]
    public void Dynamic_NotEnded_HasUpdatesAndAClock()
    {
        var mpd = Parse(Broadcasts.All["window-moved"]);
        Assert.Equal("dynamic", (string?)mpd.Attribute("type"));
        Assert.Equal("PT1S", (string?)mpd.Attribute("minimumUpdatePeriod"));
        Assert.Equal("/time", (string?)mpd.Element(Mpd + "UTCTiming")!.Attribute("value"));
        Assert.Null(mpd.Attribute("mediaPresentationDuration"));
    }

    [Fact]
    public void Static_Ended_KeepsItsTimeline()
    {
        var mpd = Parse(Broadcasts.All["ended"]);
        Assert.Equal("static", (string?)mpd.Attribute("type"));
        Assert.Equal("PT0S", (string?)mpd.Element(Mpd + "Period")!.Attribute("start"));
        Assert.Null(mpd.Attribute("minimumUpdatePeriod"));
        Assert.Null(mpd.Attribute("timeShiftBufferDepth"));
        Assert.Null(mpd.Element(Mpd + "UTCTiming"));
    }

    [Fact]
    public void Prefix_WithMarkup_IsEscaped()
    {
        var broadcast = new BroadcastBuilder { Id = "a&<\"b" }.Video("source").Segments(1).Build();
        var template = Parse(broadcast).Descendants(Mpd + "SegmentTemplate").Single();
        Assert.Equal("a&<\"b/source/$Number$.m4s", (string?)template.Attribute("media"));
    }

    private static XElement Parse(BroadcastSnapshot broadcast, MediaPresentationOptions? options = null) =>
        XDocument.Parse(Manifests.Mpd(broadcast, options)).Root!;

    private static IEnumerable<string?> PeriodIds(BroadcastSnapshot broadcast) =>
        Parse(broadcast).Elements(Mpd + "Period").Select(static one => (string?)one.Attribute("id"));

    private static IEnumerable<string?> Representations(XElement period) =>
        period.Descendants(Mpd + "Representation").Select(static one => (string?)one.Attribute("id"));

    private static void Validate(string mpd) =>
        XDocument.Parse(mpd).Validate(Schema, static (_, error) => throw error.Exception);

    private static XmlSchemaSet LoadSchema()
    {
        var schema = new XmlSchemaSet();
        using var reader = XmlReader.Create(Path.Combine(Repository.Root, "tests", "Pipeline.Tests", "Dash", "Mpd.xsd"));
        schema.Add(null, reader);
        return schema;
    }
}
