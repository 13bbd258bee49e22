using Streaming.Pipeline.Text;
using Streaming.Pipeline.Timelines;

namespace Streaming.Pipeline.Hls;

/// <content>Low-Latency HLS: parts, hints, reports and delta updates. RFC 8216bis §6.2.5, appendix B.</content>
public static partial class MediaPlaylist
{
    private const int PartsListedTargetDurations = 3;

    // Players at the edge are within a few parts of it. Fewer lines are fewer bytes in every reload.
    private const int PartsListedSegments = 2;

    private const int SkipBoundaryTargetDurations = 6;
    private const int PartHoldBackPartTargets = 3;

    // An eighth of a part is a picture at 24 a second, or two frames of audio.
    private const int FullShareOfPart = 8;

    private static void WriteServerControl(
        ref Utf8Writer text,
        BroadcastSnapshot broadcast,
        RenditionSnapshot rendition,
        long targetDuration,
        MediaPlaylistOptions options)
    {
        // Renditions may have different part targets, and play together: the longest counts. RFC 8216bis §4.4.3.8.
        text.Write("#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK="u8);
        WriteUpperBound(ref text, options.PartHoldBack ?? broadcast.PartTarget * PartHoldBackPartTargets);
        text.Write(",CAN-SKIP-UNTIL="u8);
        text.Write(SkipBoundaryTargetDurations * targetDuration);
        text.Write("\n#EXT-X-PART-INF:PART-TARGET="u8);
        WriteUpperBound(ref text, rendition.PartTarget);
        text.Write("\n"u8);
    }

    /// <summary>Says how many segments a player is not told again. Returns the index of the first that it is told.</summary>
    private static int WriteSkip(ref Utf8Writer text, RenditionSnapshot rendition, long targetDuration)
    {
        // The segment that the skip boundary lies in is not beyond it.
        var within = FirstWithin(rendition, TimeSpan.FromSeconds(SkipBoundaryTargetDurations * targetDuration));
        var skipped = Math.Max(0, within - 1);
        if (skipped > 0)
        {
            text.Write("#EXT-X-SKIP:SKIPPED-SEGMENTS="u8);
            text.Write(skipped);
            text.Write("\n"u8);
        }

        return skipped;
    }

    /// <summary>Index of the first segment that is wholly nearer to the edge than <paramref name="distance"/>.</summary>
    private static int FirstWithin(RenditionSnapshot rendition, TimeSpan distance)
    {
        var segments = rendition.Segments;
        var toEdge = rendition.Open is { } open ? rendition.DurationOf(open) : TimeSpan.Zero;
        for (var i = segments.Length - 1; i >= 0; i--)
        {
            toEdge += rendition.DurationOf(segments[i]);
            if (toEdge >= distance)
            {
                return i + 1;
            }
        }

        return 0;
    }

    private static void WriteParts(ref Utf8Writer text, RenditionSnapshot rendition, Segment segment)
    {
        foreach (var part in segment.Parts)
        {
            text.Write("#EXT-X-PART:DURATION="u8);
            WriteDuration(ref text, part.DecodeTime, part.Duration, rendition.TimescaleOf(segment));
            text.Write(",URI=\""u8);
            MediaNames.WritePart(ref text, segment.Boundary.MediaSequence, part.Index);
            text.Write(part.IsGap ? "\",GAP=YES\n"u8 : part.Independent ? "\",INDEPENDENT=YES\n"u8 : "\"\n"u8);
        }
    }

    /// <summary>Writes the growing segment's parts and the name of the part that comes next.</summary>
    private static void WriteEdge(ref Utf8Writer text, RenditionSnapshot rendition, Segment? previous)
    {
        if (rendition.Open is { } open)
        {
            WriteBeginning(ref text, rendition, open, previous);
            WriteParts(ref text, rendition, open);
            var isFull = previous is not null && IsFull(rendition, open, previous);
            WritePreloadHint(ref text, open.Boundary.MediaSequence + (isFull ? 1 : 0), isFull ? 0 : open.Parts.Length);
        }
        else if (previous is not null)
        {
            WritePreloadHint(ref text, previous.Boundary.MediaSequence + 1, 0);
        }
    }

    /// <summary>
    /// The segment is as long as the one before it: its parts are all there, and the next one begins the next segment. Where it
    /// goes on after all, the hint is kept a little later.
    /// </summary>
    private static bool IsFull(RenditionSnapshot rendition, Segment open, Segment previous)
    {
        var timescale = rendition.TimescaleOf(open);
        var share = (long)(rendition.PartTarget.TotalSeconds * timescale) / FullShareOfPart;
        return timescale == rendition.TimescaleOf(previous) && Math.Abs(open.Duration - previous.Duration) <= share;
    }

    private static void WritePreloadHint(ref Utf8Writer text, long mediaSequence, int part)
    {
        text.Write("#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\""u8);
        MediaNames.WritePart(ref text, mediaSequence, part);
        text.Write("\"\n"u8);
    }

    private static void WriteRenditionReports(
        ref Utf8Writer text, BroadcastSnapshot broadcast, RenditionSnapshot rendition)
    {
        foreach (var other in Offering.Of(broadcast).Renditions)
        {
            if (other.Name == rendition.Name)
            {
                continue;
            }

            var last = other.Open is { Parts.IsEmpty: false } open ? open : other.Segments[^1];
            text.Write("#EXT-X-RENDITION-REPORT:URI=\"../"u8);
            text.Write(other.Name);
            text.Write("/"u8);
            text.Write(MediaNames.MediaPlaylist);
            text.Write("\",LAST-MSN="u8);
            text.Write(last.Boundary.MediaSequence);
            if (!last.Parts.IsEmpty)
            {
                text.Write(",LAST-PART="u8);
                text.Write(last.Parts[^1].Index);
            }

            text.Write("\n"u8);
        }
    }

    /// <summary>Writes a bound that no duration written to five decimals exceeds.</summary>
    private static void WriteUpperBound(ref Utf8Writer text, TimeSpan bound)
    {
        const long unit = TimeSpan.TicksPerSecond / DurationUnitsPerSecond;
        text.WriteFixed((bound.Ticks + unit - 1) / unit, DurationDecimals);
    }
}
