using Streaming.Pipeline.Timelines;

namespace Streaming.Pipeline.Tests.Timelines;

/// <summary>The broadcasts that every writer of playlists and MPDs is tried on, by name.</summary>
internal static class Broadcasts
{
    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(7.25);

    public static readonly IReadOnlyDictionary<string, BroadcastSnapshot> All = new Dictionary<string, BroadcastSnapshot>
    {
        ["plain"] = new BroadcastBuilder().Ladder().Segments(4).Build(),
        ["window-moved"] = new BroadcastBuilder().Ladder().Segments(9).Keep(5).Build(),
        ["growing"] = new BroadcastBuilder().Ladder().Segments(6).Growing(90_000).Build(),
        ["first-parts"] = new BroadcastBuilder().Video("source").Audio().Segments(1).Growing(45_000).Build(),
        ["reconnect"] = new BroadcastBuilder().Ladder().Segments(3).Discontinuity(Outage).Segments(2).Build(),
        ["reconnect-moved"] =
            new BroadcastBuilder().Ladder().Segments(3).Discontinuity(Outage).Segments(9).Keep(5).Build(),
        ["new-parameters"] =
            new BroadcastBuilder().Video("source").Audio().Segments(2).NewParameters(640, 360).Segments(2).Build(),
        ["new-sampling-rate"] =
            new BroadcastBuilder().Video("source").Audio().Segments(2).NewSamplingRate(44_100).Segments(2).Build(),
        ["gap"] = new BroadcastBuilder().Ladder().Segments(2).Segments(1, gapIn: "720p").Segments(2).Build(),
        ["gap-at-edge"] = new BroadcastBuilder().Ladder().Segments(6).Segments(1, gapIn: "720p").Growing(90_000).Build(),
        ["dropped-rung"] = new BroadcastBuilder().Ladder().Segments(2).Drop("720p").Segments(1).Build(),
        ["dropped-rung-new-period"] = new BroadcastBuilder().Ladder().Segments(2).Drop("720p").NewPeriod(TimeSpan.Zero)
            .Segments(2, gapIn: "720p").Build(),
        ["source-not-independent"] = new BroadcastBuilder().Video("source", 1920, 1080, 6_000_000, independent: false)
            .Video("720p").Audio().Segments(3).Build(),
        ["only-source-not-independent"] =
            new BroadcastBuilder().Video("source", independent: false).Audio().Segments(3).Build(),
        ["audio-only"] = new BroadcastBuilder().Audio().Segments(4).Build(),
        ["video-only"] = new BroadcastBuilder().Video("source").Segments(4).Build(),
        ["ended"] = new BroadcastBuilder().Ladder().Segments(9).Segments(1, 123_030).Keep(6).End().Build(),
        ["audio-44100"] = new BroadcastBuilder().Video("source").Audio(44_100).Segments(8).Keep(5).Build(),
        ["ntsc"] = new BroadcastBuilder { TargetDuration = TimeSpan.FromSeconds(3) }
            .Video("source", frameRate: 29.968).Audio().Segments(5, 60 * 3003).Build(),
        ["uneven"] = new BroadcastBuilder().Video("source").Audio()
            .Segments(1, 150_030).Segments(2, 180_000).Segments(1, 171_990).Segments(3, 180_000).Build(),
    };
}
