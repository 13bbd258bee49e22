using Streaming.Pipeline.Media;
using Streaming.Pipeline.Tests.Timelines;
using Streaming.Pipeline.Timelines;

namespace Streaming.Pipeline.Tests.Hls;

/// <summary>Playlists as hls-parser understands them in strict mode.</summary>
[Collection(nameof(JudgedManifests))]
public sealed class JudgedPlaylistTests(JudgedManifests judged)
{
    private static readonly TimeSpan Millisecond = TimeSpan.FromMilliseconds(1);

    public static TheoryData<string> Names => [.. Broadcasts.All.Keys];

    [Fact]
    public void Playlists_All_AreAcceptedInStrictMode()
    {
        var playlists = judged.All.Where(one => one.Key.EndsWith(".m3u8", StringComparison.Ordinal)).ToList();
        Assert.True(playlists.Count > 500);
        Assert.All(playlists, one => Assert.True(one.Value.Error is null, $"{one.Key}: {one.Value.Error}"));
    }

    [Fact]
    public void LowLatencyPlaylist_Any_ListsPartsWithinThreeTargetDurations()
    {
        var withParts = 0;
        foreach (var (name, judgement) in judged.All.Where(static one => one.Value.Media is { PartTargetDuration: > 0 }))
        {
            var near = judgement.Media!.Segments.SkipWhile(static one => one.Parts.Length == 0).ToList();
            var seconds = near.Sum(static one => one.Uri is null ? one.Parts.Sum(static part => part.Duration) : one.Duration);
            Assert.True(seconds <= 3 * judgement.Media.TargetDuration, $"{name}: {seconds}");
            withParts += near.Count;
        }

        Assert.True(withParts > 500);
    }

    [Fact]
    public void MediaPlaylist_Any_SaysWhatTheSnapshotHas()
    {
        foreach (var (name, broadcast) in JudgedManifests.BroadcastsByName)
        {
            foreach (var rendition in broadcast.Renditions)
            {
                var playlist = judged[$"{name}.{rendition.Name}.m3u8"].Media!;
                AssertHeader(broadcast, rendition, playlist);
                Assert.Equal(rendition.Segments.Length, playlist.Segments.Length);
                for (var i = 0; i < playlist.Segments.Length; i++)
                {
                    AssertSegment(rendition, i, playlist.Segments[i]);
                }
            }
        }
    }

    [Fact]
    public void DeltaUpdate_OfAny_ContinuesTheFullPlaylist()
    {
        var skipped = 0;
        foreach (var (name, broadcast) in JudgedManifests.BroadcastsByName)
        {
            foreach (var rendition in broadcast.Renditions)
            {
                var full = judged[$"{name}.{rendition.Name}.ll.m3u8"].Media!;
                var delta = judged[$"{name}.{rendition.Name}.delta.m3u8"].Media!;
                skipped += delta.Skip;
                Assert.Equal(full.MediaSequence, delta.MediaSequence);
                Assert.Equal(full.Segments.Length, delta.Skip + delta.Segments.Length);
                Assert.Equal(
                    full.Segments.Skip(delta.Skip).Select(static one => (one.MediaSequence, one.Uri, one.Duration)),
                    delta.Segments.Select(static one => (one.MediaSequence, one.Uri, one.Duration)));

                // What was skipped lies beyond the skip boundary.
                Assert.True(
                    delta.Skip == 0 || delta.Segments.Sum(static one => one.Duration) > delta.LowLatency!.CanSkipUntil - 0.001);
            }
        }

        Assert.True(skipped > 100);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void MultivariantPlaylist_Any_OffersWhatTheSnapshotDoes(string name)
    {
        var broadcast = Broadcasts.All[name];
        var offering = Offering.Of(broadcast);
        var playlist = judged[name + ".m3u8"].Multivariant!;
        Assert.Equal(6, playlist.Version);
        Assert.Equal(offering.IsIndependent, playlist.IndependentSegments);
        var expected = offering.Video.IsEmpty ? [offering.Audio!] : offering.Video;
        Assert.Equal(
            expected.Select(one => $"b1/{one.Name}/index.m3u8").Order(StringComparer.Ordinal),
            playlist.Variants.Select(static one => one.Uri).Order(StringComparer.Ordinal));
        foreach (var variant in playlist.Variants)
        {
            AssertVariant(expected.Single(one => variant.Uri == $"b1/{one.Name}/index.m3u8"), offering, variant);
        }
    }

    [Fact]
    public void LowLatencyPlaylist_Growing_ListsPartsAndWhereOthersAre()
    {
        var playlist = judged["growing.source.ll.m3u8"].Media!;
        Assert.Equal(9, playlist.Version);
        Assert.Equal(0.5, playlist.PartTargetDuration);
        Assert.Equal(new LowLatencyJudgement(true, 12, 1.5), playlist.LowLatency);
        Assert.Equal([0, 0, 0, 0, 4, 4, 3], playlist.Segments.Select(static one => one.Parts.Length));
        Assert.Equal(
            [
                new PartJudgement("6.0.m4s", false, 0.5, true),
                new PartJudgement("6.1.m4s", false, 0.5, false),
                new PartJudgement("6.2.m4s", true, 0, false),
            ],
            playlist.Segments[^1].Parts);
        Assert.Equal(
            [
                new ReportJudgement("../720p/index.m3u8", 6, 1),
                new ReportJudgement("../480p/index.m3u8", 6, 1),
                new ReportJudgement("../audio/index.m3u8", 6, 1),
            ],
            playlist.RenditionReports);
    }

    [Fact]
    public void OnDemandPlaylist_Any_IsComplete() => Assert.All(
        JudgedManifests.BroadcastsByName.Keys.Where(static name => name is not "audio-only"),
        name => Assert.True(judged[name + ".source.vod.m3u8"].Media is { Endlist: true, PlaylistType: "VOD" }));

    private static void AssertHeader(BroadcastSnapshot broadcast, RenditionSnapshot rendition, MediaJudgement playlist)
    {
        Assert.Equal(8, playlist.Version);
        Assert.Equal(broadcast.TargetDuration.TotalSeconds, playlist.TargetDuration);
        Assert.Equal(rendition.Segments[0].Boundary.MediaSequence, playlist.MediaSequence);
        Assert.Equal(rendition.Segments[0].Boundary.DiscontinuitySequence, playlist.DiscontinuitySequence);
        Assert.Equal(broadcast.IsEnded, playlist.Endlist);
        Assert.Equal(rendition.Segments.All(static one => one.Independent), playlist.IndependentSegments);
        Assert.Null(playlist.PlaylistType);
        Assert.Null(playlist.LowLatency);
    }

    private static void AssertSegment(RenditionSnapshot rendition, int index, HlsSegmentJudgement actual)
    {
        var segment = rendition.Segments[index];
        var timescale = rendition.Initializations[segment.Initialization].Timescale;
        Assert.Equal(MediaNames.Segment(segment.Boundary.MediaSequence), actual.Uri);
        Assert.Equal(segment.Boundary.MediaSequence, actual.MediaSequence);
        Assert.Equal(segment.Boundary.DiscontinuitySequence, actual.DiscontinuitySequence);
        Assert.Equal((double)segment.Duration / timescale, actual.Duration, 0.000011);
        Assert.Equal(segment.IsGap, actual.Gap);
        Assert.Equal(MediaNames.Initialization(segment.Initialization), actual.Map);
        Assert.Empty(actual.Parts);
        var later = TimeSpan.FromSeconds(
            ((double)segment.DecodeTime / timescale) - ((double)segment.Boundary.DecodeTime / MediaClock.TicksPerSecond));
        Assert.Equal(
            segment.Boundary.ProgramDateTime.UtcDateTime + later, actual.ProgramDateTime!.Value.UtcDateTime, Millisecond);
    }

    private static void AssertVariant(RenditionSnapshot rendition, Offering offering, VariantJudgement variant)
    {
        var audio = rendition.Kind is TrackKind.Video ? offering.Audio : null;
        Assert.Equal(rendition.PeakBitRate + (audio?.PeakBitRate ?? 0), variant.Bandwidth);
        Assert.Equal(rendition.AverageBitRate + (audio?.AverageBitRate ?? 0), variant.AverageBandwidth);
        Assert.Equal(
            audio is null ? rendition.Configuration.Codec : $"{rendition.Configuration.Codec},{audio.Configuration.Codec}",
            variant.Codecs);
        Assert.Equal((rendition.Configuration as VideoConfiguration)?.Width ?? 0, variant.Width);
        Assert.Equal((rendition.Configuration as VideoConfiguration)?.Height ?? 0, variant.Height);
        Assert.Equal(rendition.FrameRate, variant.FrameRate, 0.003);
        AudioJudgement[] expected = audio is null ? [] : [new("b1/audio/index.m3u8", "Audio", "2", true, true)];
        Assert.Equal(expected, variant.Audio);
    }
}
