using System.Buffers;
using System.Collections.Immutable;
using Streaming.Pipeline.Text;
using Streaming.Pipeline.Timelines;

namespace Streaming.Pipeline.Dash;

/// <summary>
/// Writes the Media Presentation Description (MPD) of a broadcast: live profile, segments addressed by their numbers.
/// ISO/IEC 23009-1 §5.3.1. It has the same media as the HLS playlists.
/// </summary>
public static class MediaPresentation
{
    private const int PresentationDelayTargetDurations = 3;

    /// <summary>
    /// Writes the MPD. Before <see cref="Offering"/> of the broadcast is ready it would lack tracks, and a Period while
    /// there is no media at all, which the schema forbids.
    /// </summary>
    public static void Write(
        IBufferWriter<byte> output, BroadcastSnapshot broadcast, MediaPresentationOptions options)
    {
        var contents = options.OnDemand
            ? PeriodContent.InARow(PeriodContent.Of(PeriodContinuity.Join(broadcast)))
            : PeriodContent.Of(broadcast);
        var isDynamic = !options.OnDemand && !broadcast.IsEnded;
        if (isDynamic && options.LowLatency && LowLatency.Of(broadcast, contents) is { } growing)
        {
            contents = growing;
            options = LowLatency.With(options, broadcast, growing[^1]);
        }

        var xml = new Utf8XmlWriter(output);
        xml.Start("MPD"u8);
        xml.Attribute("xmlns"u8, "urn:mpeg:dash:schema:mpd:2011"u8);
        xml.Attribute("profiles"u8, "urn:mpeg:dash:profile:isoff-live:2011,urn:mpeg:dash:profile:cmaf:2019"u8);
        if (isDynamic)
        {
            WriteDynamic(ref xml, broadcast, contents, options);
        }
        else
        {
            WriteStatic(ref xml, broadcast, contents, options);
        }

        xml.Attribute("minBufferTime"u8, broadcast.TargetDuration);
        xml.Attribute("maxSegmentDuration"u8, broadcast.TargetDuration + TimeSpan.FromSeconds(0.5));
        if (isDynamic && options.TargetLatency is { } latency)
        {
            WriteServiceDescription(ref xml, latency);
        }

        foreach (var content in contents)
        {
            WritePeriod(ref xml, content, options.MediaPrefix);
        }

        if (isDynamic && options.UtcTiming is { } clock)
        {
            WriteDescriptor(ref xml, "UTCTiming"u8, "urn:mpeg:dash:utc:http-iso:2014"u8, clock);
        }

        xml.End("MPD"u8);
        xml.Flush();
    }

    private static void WriteDynamic(
        ref Utf8XmlWriter xml,
        BroadcastSnapshot broadcast,
        ImmutableArray<PeriodContent> contents,
        MediaPresentationOptions options)
    {
        var delay = options.SuggestedPresentationDelay ?? broadcast.TargetDuration * PresentationDelayTargetDurations;
        xml.Attribute("type"u8, "dynamic"u8);
        xml.Attribute("availabilityStartTime"u8, broadcast.StartedAt);
        xml.Attribute("publishTime"u8, broadcast.PublishedAt);
        xml.Attribute("minimumUpdatePeriod"u8, options.MinimumUpdatePeriod ?? broadcast.TargetDuration / 2);
        if ((options.TimeShiftBufferDepth ?? Depth(contents)) is { } depth)
        {
            xml.Attribute("timeShiftBufferDepth"u8, depth);
        }

        xml.Attribute("suggestedPresentationDelay"u8, delay);
    }

    // A broadcast that ends keeps its timeline: who plays it is somewhere on it.
    private static void WriteStatic(
        ref Utf8XmlWriter xml,
        BroadcastSnapshot broadcast,
        ImmutableArray<PeriodContent> contents,
        MediaPresentationOptions options)
    {
        xml.Attribute("type"u8, "static"u8);
        if (!options.OnDemand)
        {
            xml.Attribute("availabilityStartTime"u8, broadcast.StartedAt);
        }

        xml.Attribute("publishTime"u8, broadcast.PublishedAt);
        if (!contents.IsEmpty)
        {
            xml.Attribute("mediaPresentationDuration"u8, contents[^1].LastSegmentEnd);
        }
    }

    private static TimeSpan? Depth(ImmutableArray<PeriodContent> contents) =>
        contents.IsEmpty ? null : contents[^1].LastSegmentEnd - contents[0].FirstSegmentStart;

    private static void WriteServiceDescription(ref Utf8XmlWriter xml, TimeSpan latency)
    {
        xml.Start("ServiceDescription"u8);
        xml.Attribute("id"u8, 0);
        xml.Start("Latency"u8);
        xml.Attribute("target"u8, (long)latency.TotalMilliseconds);
        xml.End("Latency"u8);
        xml.End("ServiceDescription"u8);
    }

    private static void WritePeriod(
        ref Utf8XmlWriter xml, PeriodContent content, string mediaPrefix)
    {
        xml.Start("Period"u8);
        xml.Attribute("id"u8, content.Index);
        xml.Attribute("start"u8, content.Start);
        if (!content.Tracks.Video.IsEmpty)
        {
            AdaptationSet.WriteVideo(ref xml, content, mediaPrefix);
        }

        if (content.Tracks.Audio is not null)
        {
            AdaptationSet.WriteAudio(ref xml, content, mediaPrefix);
        }

        xml.End("Period"u8);
    }

    internal static void WriteDescriptor(
        ref Utf8XmlWriter xml, ReadOnlySpan<byte> element, ReadOnlySpan<byte> schemeIdUri, string value)
    {
        xml.Start(element);
        xml.Attribute("schemeIdUri"u8, schemeIdUri);
        xml.Attribute("value"u8, value);
        xml.End(element);
    }
}
