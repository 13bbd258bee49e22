using System.Collections.Immutable;
using Streaming.Pipeline.Media;

namespace Streaming.Pipeline.Timelines;

/// <summary>
/// The renditions that a player which comes now may choose from: a switching set of video, the best first, and the audio
/// that goes with each of them. ISO/IEC 23000-19 §7.3.4.
/// </summary>
public sealed record Offering
{
    // Players join three target durations before the live edge or later, and may take as long to get there.
    private const int NewestTargetDurations = 6;

    /// <summary>Video renditions between which a player may switch. Empty for a broadcast of audio alone.</summary>
    public required ImmutableArray<RenditionSnapshot> Video { get; init; }

    /// <summary>The audio rendition, null when there is none.</summary>
    public required RenditionSnapshot? Audio { get; init; }

    /// <summary>
    /// There is media of every kind of track that the broadcast has. Before that it is too early to show it to players:
    /// most never look for a track again that was not there when they came.
    /// </summary>
    public required bool IsReady { get; init; }

    /// <summary>Every segment begins with a sync sample.</summary>
    public required bool IsIndependent { get; init; }

    /// <summary>Each rendition of it, video first.</summary>
    public IEnumerable<RenditionSnapshot> Renditions => Audio is null ? Video : Video.Append(Audio);

    /// <summary>
    /// What <paramref name="broadcast"/> offers to those who come now. A video rendition that browsers cannot decode (a source in 4:4:4
    /// or with 10 bits), or that players cannot join and switch to at each of its segments (a source with long GOPs), is left out when
    /// there is another. Of a live broadcast the newest segments count: where a few older ones begin without a sync sample (a pause of
    /// the pictures), who goes back there waits for the next that does.
    /// </summary>
    public static Offering Of(BroadcastSnapshot broadcast) => Of(
        broadcast,
        broadcast.IsEnded ? IsIndependentThroughout : rendition => IsIndependentOfLate(rendition, broadcast.TargetDuration));

    /// <summary>
    /// What it offers to those who look again and again, and had better find what they found before: all segments count.
    /// </summary>
    public static Offering Lasting(BroadcastSnapshot broadcast) => Of(broadcast, IsIndependentThroughout);

    private static Offering Of(BroadcastSnapshot broadcast, Func<RenditionSnapshot, bool> isIndependent)
    {
        var offered = broadcast.Renditions.RemoveAll(static rendition => !rendition.IsOffered);
        var playable = offered.RemoveAll(static rendition => !rendition.Segments.HasMedia);
        var video = playable.RemoveAll(static rendition => rendition.Kind is not TrackKind.Video);
        if (video.Any(IsWidelyDecoded))
        {
            video = video.RemoveAll(static rendition => !IsWidelyDecoded(rendition));
        }

        if (video.Any(isIndependent))
        {
            video = video.RemoveAll(rendition => !isIndependent(rendition));
        }
        else if (video.Any(IsMostlyIndependent))
        {
            video = video.RemoveAll(static rendition => !IsMostlyIndependent(rendition));
        }

        var audio = playable.FirstOrDefault(static rendition => rendition.Kind is TrackKind.Audio);
        return new Offering
        {
            Video = video,
            Audio = audio,
            IsReady = HasBegun(broadcast, TrackKind.Video) && HasBegun(broadcast, TrackKind.Audio) && !playable.IsEmpty,
            IsIndependent = video.All(IsIndependentThroughout) && (audio is null || IsIndependentThroughout(audio)),
        };
    }

    private static bool IsIndependentThroughout(RenditionSnapshot rendition) => rendition.Segments.IsIndependent;

    private static bool IsIndependentOfLate(RenditionSnapshot rendition, TimeSpan targetDuration) =>
        IsMostlyIndependent(rendition)
        && rendition.Segments.Newest((long)(targetDuration.TotalSeconds * NewestTargetDurations * rendition.Timescale)).IsIndependent;

    private static bool IsMostlyIndependent(RenditionSnapshot rendition) => rendition.Segments.IsMostlyIndependent;

    private static bool IsWidelyDecoded(RenditionSnapshot rendition) =>
        rendition.Initializations[rendition.Segments[^1].Initialization] is VideoConfiguration { IsWidelyDecoded: true };

    // A rendition that fails from its first segment on has begun: it will not be waited for.
    private static bool HasBegun(BroadcastSnapshot broadcast, TrackKind kind) =>
        !broadcast.Renditions.Any(rendition => rendition.Kind == kind)
        || broadcast.Renditions.Any(rendition => rendition.Kind == kind && rendition is { IsOffered: true, Segments.IsEmpty: false });
}
