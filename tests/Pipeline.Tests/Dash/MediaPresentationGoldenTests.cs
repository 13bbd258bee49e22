using Streaming.Pipeline.Dash;
using Streaming.Pipeline.Tests.Timelines;

namespace Streaming.Pipeline.Tests.Dash;

public sealed class MediaPresentationGoldenTests
{
    public static TheoryData<string> Names => [.. Broadcasts.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Mpd_OfBroadcast_IsAsRecorded(string name) =>
        AssertGolden(Manifests.Mpd(Broadcasts.All[name]), name + ".mpd");

    [Fact]
    public void Mpd_OfRecording_IsAsRecorded() => AssertGolden(
        Manifests.Mpd(Broadcasts.All["reconnect-moved"], new MediaPresentationOptions { OnDemand = true }),
        "reconnect-moved.vod.mpd");

    [Fact]
    public void Mpd_WithTargetLatency_IsAsRecorded() => AssertGolden(
        Manifests.Mpd(
            Broadcasts.All["video-only"],
            new MediaPresentationOptions
            {
                TargetLatency = TimeSpan.FromSeconds(3.5),
                TimeShiftBufferDepth = TimeSpan.FromSeconds(30),
                MinimumUpdatePeriod = TimeSpan.FromMilliseconds(500),
                SuggestedPresentationDelay = TimeSpan.FromSeconds(4),
                UtcTiming = null,
            }),
        "video-only.latency.mpd");

    private static void AssertGolden(string actual, string file) =>
        Repository.AssertGolden(actual, "tests", "Pipeline.Tests", "Dash", "Golden", file);
}
