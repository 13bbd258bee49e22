using Streaming.Pipeline.Media;
using Streaming.Pipeline.Text;
using Streaming.Pipeline.Timelines;

namespace Streaming.Pipeline.Dash;

/// <summary>
/// The addresses of a representation's segments, and when each is: by number. Where segments are even their common duration
/// says it all (ISO/IEC 23009-1 §5.3.9.2: @duration), else each is listed with its times, runs of equal ones once
/// (§5.3.9.6).
/// </summary>
internal static class SegmentTemplate
{
    public static void Write(ref Utf8XmlWriter xml, PeriodContent content, RenditionSnapshot track, string mediaPrefix)
    {
        var first = track.Segments[0];
        var timescale = track.TimescaleOf(first);
        var address = mediaPrefix + track.Name + "/";
        xml.Start("SegmentTemplate"u8);
        xml.Attribute("timescale"u8, timescale);
        xml.Attribute("presentationTimeOffset"u8, content.PresentationTimeOffset(timescale));
        xml.Attribute("initialization"u8, address + MediaNames.Initialization(first.Initialization));
        xml.Attribute("media"u8, address + MediaNames.DashSegmentTemplate);
        if (content.LowLatency is { } lowLatency)
        {
            xml.Attribute("availabilityTimeOffset"u8, lowLatency.AvailabilityTimeOffset(content, track), LowLatency.OffsetDecimals);
            xml.Attribute("availabilityTimeComplete"u8, "false"u8);
        }

        if (content.SegmentDuration is { } duration)
        {
            // Numbers count from the period's start, also after its first segments have left the window.
            xml.Attribute("duration"u8, MediaClock.Rescale(duration, MediaClock.TicksPerSecond, timescale));
            xml.Attribute("startNumber"u8, content.MediaSequence);
            if (content.EndNumber is { } end)
            {
                xml.Attribute("endNumber"u8, end);
            }
        }
        else
        {
            xml.Attribute("startNumber"u8, first.Boundary.MediaSequence);
            WriteTimeline(ref xml, content.LowLatency is null ? track.Segments : LowLatency.Listed(content, track));
        }

        xml.End("SegmentTemplate"u8);
    }

    private static void WriteTimeline(ref Utf8XmlWriter xml, SegmentList segments)
    {
        xml.Start("SegmentTimeline"u8);
        long? end = null;
        for (var i = 0; i < segments.Length;)
        {
            var segment = segments[i];
            var run = RunLength(segments, i);
            xml.Start("S"u8);
            if (segment.DecodeTime != end)
            {
                xml.Attribute("t"u8, segment.DecodeTime);
            }

            xml.Attribute("d"u8, segment.Duration);
            if (run > 1)
            {
                xml.Attribute("r"u8, run - 1);
            }

            xml.End("S"u8);
            end = segment.DecodeTime + (run * segment.Duration);
            i += run;
        }

        xml.End("SegmentTimeline"u8);
    }

    /// <summary>How many segments from that one on follow each other without a break and are as long as it.</summary>
    private static int RunLength(SegmentList segments, int start)
    {
        var first = segments[start];
        var length = 1;
        while (start + length < segments.Length
            && segments[start + length] is var next
            && next.Duration == first.Duration
            && next.DecodeTime == first.DecodeTime + (length * first.Duration))
        {
            length++;
        }

        return length;
    }
}
