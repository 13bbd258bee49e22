using System.Buffers;
using Streaming.Pipeline.Media;
using Streaming.Pipeline.Text;
using Streaming.Pipeline.Timelines;

namespace Streaming.Pipeline.Hls;

/// <summary>
/// Writes the Media Playlist of a rendition. RFC 8216bis §4.4.3 to §4.4.5. Addresses in it are plain names: it lies beside
/// its media.
/// </summary>
public static partial class MediaPlaylist
{
    // Durations are differences of absolute times in this unit: each is within a unit of the truth, and so is every sum.
    private const uint DurationUnitsPerSecond = 100_000;
    private const byte DurationDecimals = 5;

    public static void Write(
        IBufferWriter<byte> output, BroadcastSnapshot broadcast, RenditionSnapshot rendition, MediaPlaylistOptions options)
    {
        var text = new Utf8Writer(output);
        var targetDuration = (long)Math.Ceiling(broadcast.TargetDuration.TotalSeconds);
        WriteHeader(ref text, rendition, targetDuration, options);
        var first = 0;
        var firstWithParts = int.MaxValue;
        if (options.LowLatency)
        {
            WriteServerControl(ref text, broadcast, rendition, targetDuration, options);
            first = options.Delta ? WriteSkip(ref text, rendition, targetDuration) : 0;
            firstWithParts = Math.Max(
                FirstWithin(rendition, TimeSpan.FromSeconds(PartsListedTargetDurations * targetDuration)),
                rendition.Segments.Length - PartsListedSegments);
        }

        var previous = first > 0 ? rendition.Segments[first - 1] : null;
        for (var i = first; i < rendition.Segments.Length; i++)
        {
            var segment = rendition.Segments[i];
            WriteBeginning(ref text, rendition, segment, previous);
            if (i >= firstWithParts)
            {
                WriteParts(ref text, rendition, segment);
            }

            WriteSegment(ref text, rendition, segment);
            previous = segment;
        }

        if (options.LowLatency && !broadcast.IsEnded)
        {
            WriteEdge(ref text, rendition, previous);
            WriteRenditionReports(ref text, broadcast, rendition);
        }

        if (broadcast.IsEnded || options.OnDemand)
        {
            text.Write("#EXT-X-ENDLIST\n"u8);
        }

        text.Flush();
    }

    private static void WriteHeader(
        ref Utf8Writer text, RenditionSnapshot rendition, long targetDuration, MediaPlaylistOptions options)
    {
        // EXT-X-MAP needs version 6, EXT-X-GAP, which may come at any time, version 8, EXT-X-SKIP version 9.
        text.Write("#EXTM3U\n#EXT-X-VERSION:"u8);
        text.Write(options.LowLatency ? 9 : 8);
        text.Write("\n#EXT-X-TARGETDURATION:"u8);
        text.Write(targetDuration);
        var first = rendition.Segments.IsEmpty ? rendition.Open?.Boundary : rendition.Segments[0].Boundary;
        text.Write("\n#EXT-X-MEDIA-SEQUENCE:"u8);
        text.Write(first?.MediaSequence ?? 0);
        text.Write("\n#EXT-X-DISCONTINUITY-SEQUENCE:"u8);
        text.Write(first?.DiscontinuitySequence ?? 0);
        text.Write("\n"u8);
        if (options.OnDemand)
        {
            text.Write("#EXT-X-PLAYLIST-TYPE:VOD\n"u8);
        }

        if (rendition.Segments.IsIndependent && rendition.Open is not { Independent: false })
        {
            text.Write("#EXT-X-INDEPENDENT-SEGMENTS\n"u8);
        }
    }

    /// <summary>Writes what comes before a segment's media: how it differs from the one before, and when it is.</summary>
    private static void WriteBeginning(ref Utf8Writer text, RenditionSnapshot rendition, Segment segment, Segment? previous)
    {
        var discontinuities =
            previous is null ? 0 : segment.Boundary.DiscontinuitySequence - previous.Boundary.DiscontinuitySequence;
        for (var i = 0; i < discontinuities; i++)
        {
            text.Write("#EXT-X-DISCONTINUITY\n"u8);
        }

        if (segment.Initialization != previous?.Initialization)
        {
            text.Write("#EXT-X-MAP:URI=\""u8);
            MediaNames.WriteInitialization(ref text, segment.Initialization);
            text.Write("\"\n"u8);
        }

        text.Write("#EXT-X-PROGRAM-DATE-TIME:"u8);
        text.WriteUtc(rendition.ProgramDateTimeOf(segment));
        text.Write(segment.IsGap ? "\n#EXT-X-GAP\n"u8 : "\n"u8);
    }

    private static void WriteSegment(ref Utf8Writer text, RenditionSnapshot rendition, Segment segment)
    {
        text.Write("#EXTINF:"u8);
        WriteDuration(ref text, segment.DecodeTime, segment.Duration, rendition.TimescaleOf(segment));
        text.Write(",\n"u8);
        MediaNames.WriteSegment(ref text, segment.Boundary.MediaSequence);
        text.Write("\n"u8);
    }

    private static void WriteDuration(ref Utf8Writer text, long decodeTime, long duration, uint timescale)
    {
        var start = MediaClock.Rescale(decodeTime, timescale, DurationUnitsPerSecond);
        var end = MediaClock.Rescale(decodeTime + duration, timescale, DurationUnitsPerSecond);
        text.WriteFixed(end - start, DurationDecimals);
    }
}
