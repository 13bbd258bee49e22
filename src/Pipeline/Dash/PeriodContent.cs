using System.Collections.Immutable;
using Streaming.Pipeline.Media;
using Streaming.Pipeline.Timelines;

namespace Streaming.Pipeline.Dash;

/// <summary>
/// A period of the window with what can be played in it, and its place on the MPD's timeline. ISO/IEC 23009-1 §5.3.2.
/// </summary>
/// <param name="Index">The period's id.</param>
/// <param name="Start">When it starts, from the start of the presentation.</param>
/// <param name="DecodeTime">Media time at <paramref name="Start"/>, in 90 kHz ticks.</param>
/// <param name="Tracks">
/// The renditions to choose from, with the segments of this period from the first that has media to the last.
/// </param>
internal sealed record PeriodContent(int Index, TimeSpan Start, long DecodeTime, Offering Tracks)
{
    /// <summary>What players are told of the segment that is growing, null where they have to wait for whole ones.</summary>
    public LowLatency? LowLatency { get; init; }

    /// <summary>Media sequence number of the period's first segment, in the window or not.</summary>
    public long MediaSequence { get; init; }

    /// <summary>What its segments last, in 90 kHz ticks, where they are even; null when they have to be listed.</summary>
    public long? SegmentDuration { get; init; }

    /// <summary>Media sequence number of the period's last segment; null while there are more to come.</summary>
    public long? EndNumber { get; init; }

    // How many segments a new period waits for a kind of track that has none in it yet.
    private const int SegmentsWithoutOtherTracksMax = 2;

    private const uint TicksPerSecond = (uint)TimeSpan.TicksPerSecond;

    /// <summary>Media time at <see cref="Start"/> in ticks of a timescale: @presentationTimeOffset.</summary>
    public long PresentationTimeOffset(uint timescale) =>
        MediaClock.Rescale(DecodeTime, MediaClock.TicksPerSecond, timescale);

    /// <summary>Presentation time at which the first of its segments starts, of the track that starts last.</summary>
    public TimeSpan FirstSegmentStart => Tracks.Renditions.Max(track =>
        PresentationTime(track, track.Segments[0].DecodeTime));

    /// <summary>Presentation time at which the last of its segments ends, of the track that ends last.</summary>
    public TimeSpan LastSegmentEnd => Tracks.Renditions.Max(track =>
        PresentationTime(track, track.Segments[^1].DecodeTime + track.Segments[^1].Duration));

    /// <summary>The periods in which there is something to play, placed by their wall-clock time.</summary>
    public static ImmutableArray<PeriodContent> Of(BroadcastSnapshot broadcast)
    {
        var contents = ImmutableArray.CreateBuilder<PeriodContent>(broadcast.Periods.Length);
        for (var i = 0; i < broadcast.Periods.Length; i++)
        {
            var period = broadcast.Periods[i];
            var next = i + 1 < broadcast.Periods.Length ? broadcast.Periods[i + 1] : null;
            var tracks = Offering.Lasting(Within(broadcast, period, isNewest: next is null));
            if (!tracks.Renditions.Any() || (next is null && contents.Count > 0 && IsEarly(tracks)))
            {
                continue;
            }

            var start = period.ProgramDateTime - broadcast.StartedAt;
            contents.Add(new PeriodContent(period.Index, start, period.DecodeTime, FromMediaToMedia(tracks))
            {
                MediaSequence = period.MediaSequence,
                SegmentDuration = broadcast.IsEnded ? null : period.SegmentDuration,
                EndNumber = next?.MediaSequence - 1,
            });
        }

        // As the last one shown, a period that is over would be the end of the presentation to those who are told where it ends.
        if (contents is [.., { EndNumber: not null } last])
        {
            contents[^1] = last with { SegmentDuration = null };
        }

        return contents.DrainToImmutable();
    }

    /// <summary>The same periods one after the other from zero, without what is missing before and between them.</summary>
    public static ImmutableArray<PeriodContent> InARow(ImmutableArray<PeriodContent> contents)
    {
        var row = ImmutableArray.CreateBuilder<PeriodContent>(contents.Length);
        var end = TimeSpan.Zero;
        foreach (var content in contents)
        {
            var moved = content with
            {
                Start = end,
                DecodeTime = content.Tracks.Renditions.Min(static track => track.Segments[0].Boundary.DecodeTime),
                SegmentDuration = null,
            };
            row.Add(moved);
            end = moved.LastSegmentEnd;
        }

        return row.DrainToImmutable();
    }

    // Players do not look again for an adaptation set that a period lacked when they first saw it, so a period is shown
    // when all of its are there. But a track that has fallen silent must not hold up the others.
    private static bool IsEarly(Offering tracks) =>
        !tracks.IsReady
        && tracks.Renditions.Max(static track => track.Segments.Length) < SegmentsWithoutOtherTracksMax;

    // In a period that is over, a rendition stays for those who play it, offered to newcomers or not.
    private static BroadcastSnapshot Within(BroadcastSnapshot broadcast, Period period, bool isNewest) => broadcast with
    {
        Renditions =
        [
            .. broadcast.Renditions.Select(rendition => rendition with
            {
                Segments = rendition.Segments.Within(period.Index),
                IsOffered = rendition.IsOffered || !isNewest,
            }),
        ],
    };

    private static Offering FromMediaToMedia(Offering tracks) => tracks with
    {
        Video = [.. tracks.Video.Select(FromMediaToMedia)],
        Audio = tracks.Audio is null ? null : FromMediaToMedia(tracks.Audio),
    };

    // Gaps between segments stay, because segments are counted: an empty one is served in place of each.
    private static RenditionSnapshot FromMediaToMedia(RenditionSnapshot track)
    {
        var (first, end) = (0, track.Segments.Length);
        while (track.Segments[first].IsGap)
        {
            first++;
        }

        while (track.Segments[end - 1].IsGap)
        {
            end--;
        }

        return track with { Segments = track.Segments[first..end] };
    }

    private TimeSpan PresentationTime(RenditionSnapshot track, long mediaTime)
    {
        var timescale = track.TimescaleOf(track.Segments[0]);
        var ticks = MediaClock.Rescale(mediaTime - PresentationTimeOffset(timescale), timescale, TicksPerSecond);
        return Start + TimeSpan.FromTicks(ticks);
    }
}
