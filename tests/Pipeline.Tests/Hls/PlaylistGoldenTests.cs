using Streaming.Pipeline.Tests.Timelines;

namespace Streaming.Pipeline.Tests.Hls;

public sealed class PlaylistGoldenTests
{
    public static TheoryData<string> Names => [.. Broadcasts.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Playlists_OfBroadcast_AreAsRecorded(string name)
    {
        var broadcast = Broadcasts.All[name];
        var all = new List<string> { "# index.m3u8\n" + Manifests.Multivariant(broadcast) };
        foreach (var rendition in broadcast.Renditions)
        {
            all.Add($"# {rendition.Name}/index.m3u8\n" + Manifests.Media(broadcast, rendition.Name));
        }

        Repository.AssertGolden(
            string.Join('\n', all), "tests", "Pipeline.Tests", "Hls", "Golden", name + ".txt");
    }

    [Theory]
    [InlineData("growing")]
    [InlineData("first-parts")]
    [InlineData("gap-at-edge")]
    [InlineData("reconnect")]
    [InlineData("ended")]
    public void LowLatencyPlaylists_OfBroadcast_AreAsRecorded(string name)
    {
        var broadcast = Broadcasts.All[name];
        var all = broadcast.Renditions.Select(rendition =>
            $"# {rendition.Name}/index.m3u8\n" + Manifests.Media(broadcast, rendition.Name, Manifests.LowLatency));
        Repository.AssertGolden(
            string.Join('\n', all), "tests", "Pipeline.Tests", "Hls", "Golden", name + ".low-latency.txt");
    }
}
