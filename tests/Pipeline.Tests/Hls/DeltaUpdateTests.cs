using Streaming.Pipeline.Tests.Timelines;
using Streaming.Pipeline.Timelines;
using Streaming.Playlists;

namespace Streaming.Pipeline.Tests.Hls;

/// <summary>A delta update, applied to the playlist that a player has, says what the full one does. RFC 8216bis §6.2.5.1.</summary>
public sealed class DeltaUpdateTests
{
    [Fact]
    public void DeltaUpdate_AppliedToAnOlderPlaylist_IsTheFullOne()
    {
        var (skipped, broken, changed) = (0, 0, 0);
        foreach (var (missed, broadcast) in BroadcastScript.Samples(200).Index())
        {
            foreach (var rendition in broadcast.Renditions)
            {
                // What the player has is older by a segment or two, or the same.
                var had = rendition.Segments.Length - Math.Min(missed % 3, rendition.Segments.Length - 1);
                var before = rendition with { Segments = rendition.Segments[..had], Open = null };
                var older = CheckedPlaylist.Parse(Manifests.Media(Only(broadcast, before), rendition.Name, Manifests.LowLatency));
                var full = CheckedPlaylist.Parse(Manifests.Media(broadcast, rendition.Name, Manifests.LowLatency));
                var applied = CheckedPlaylist.Parse(Manifests.Media(broadcast, rendition.Name, Manifests.Delta), older);
                Assert.Equal(full.Segments.Select(WithoutParts), applied.Segments.Select(WithoutParts));
                Assert.Equal(
                    full.Segments.Skip(applied.Skipped).SelectMany(one => one.Parts),
                    applied.Segments.Skip(applied.Skipped).SelectMany(one => one.Parts));
                Assert.Equal((full.MediaSequence, full.Hint, full.Next), (applied.MediaSequence, applied.Hint, applied.Next));
                skipped += applied.Skipped > 0 ? 1 : 0;
                var (first, edge) = (full.Segments[0], applied.Skipped > 0 ? full.Segments[applied.Skipped - 1] : full.Segments[0]);
                broken += edge.DiscontinuitySequence > first.DiscontinuitySequence ? 1 : 0;
                changed += edge.Map != first.Map ? 1 : 0;
            }
        }

        // Discontinuities and new CMAF headers in the range that is skipped have been among them.
        Assert.True(skipped > 50 && broken > 20 && changed > 10, $"{skipped}, {broken}, {changed}");
    }

    [Fact]
    public void DeltaUpdate_DiscontinuityAndHeaderInTheSkippedRange_AreNotToldAgain()
    {
        var broadcast = new BroadcastBuilder().Video("source").Segments(3).NewParameters(640, 360).Segments(9).Build();
        var delta = Manifests.Media(broadcast, "source", Manifests.Delta);
        Assert.Contains("#EXT-X-DISCONTINUITY-SEQUENCE:0\n", delta, StringComparison.Ordinal);
        Assert.Contains("#EXT-X-SKIP:SKIPPED-SEGMENTS=6\n#EXT-X-PROGRAM-DATE-TIME:", delta, StringComparison.Ordinal);
        Assert.DoesNotContain("#EXT-X-DISCONTINUITY\n", delta, StringComparison.Ordinal);
        Assert.DoesNotContain("#EXT-X-MAP", delta, StringComparison.Ordinal);
    }

    [Fact]
    public void DeltaUpdate_DiscontinuityRightAfterTheSkippedRange_IsTold()
    {
        var broadcast = new BroadcastBuilder().Video("source").Segments(6).NewParameters(640, 360).Segments(6).Build();
        Assert.Contains(
            "#EXT-X-SKIP:SKIPPED-SEGMENTS=6\n#EXT-X-DISCONTINUITY\n#EXT-X-MAP:URI=\"init-1.mp4\"\n",
            Manifests.Media(broadcast, "source", Manifests.Delta),
            StringComparison.Ordinal);
    }

    private static BroadcastSnapshot Only(BroadcastSnapshot broadcast, RenditionSnapshot rendition) =>
        broadcast with { Renditions = [rendition] };

    private static CheckedSegment WithoutParts(CheckedSegment segment) => segment with { Parts = default };
}
