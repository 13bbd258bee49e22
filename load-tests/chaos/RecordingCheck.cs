using Streaming.Playlists;

namespace Streaming.Chaos;

/// <summary>What is left when all broadcasts have ended: one recording each, with every segment that was announced.</summary>
internal static class RecordingCheck
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    /// <summary>What is wrong, in sentences.</summary>
    public static async Task<IReadOnlyList<string>> RunAsync(World world)
    {
        var problems = new List<string>();
        foreach (var channel in world.Channels)
        {
            foreach (var node in world.Nodes.Ingest)
            {
                try
                {
                    await Wait.UntilAsync($"{node.Name} lists the recording of {channel.Slug}", Patience, async () =>
                        (await world.Nodes.RecordingsAsync(node, channel.Slug)).Any(recording => recording.Id == channel.BroadcastId));
                    problems.AddRange(await CompareAsync(channel, node));
                }
                catch (Exception e) when (e is TimeoutException or HttpRequestException)
                {
                    problems.Add($"{channel.Slug} at {node.Name}: {e.Message}");
                }
            }
        }

        return problems;
    }

    private static async Task<IEnumerable<string>> CompareAsync(ChannelWatch channel, Node node)
    {
        var problems = new List<string>();
        using var http = new HttpClient { BaseAddress = node.Http };
        foreach (var rendition in channel.Renditions)
        {
            var folder = $"/vod/{channel.BroadcastId}/{rendition.Name}";
            var recorded = CheckedPlaylist.Parse(await http.GetStringAsync($"{folder}/index.m3u8"))
                .Segments.ToDictionary(static segment => segment.MediaSequence);
            var announced = rendition.Checker.Seen.Where(static segment => !segment.IsGap).ToList();
            var lost = announced.Where(segment => recorded.GetValueOrDefault(segment.MediaSequence) is not { IsGap: false }).ToList();
            if (lost.Count > 0)
            {
                problems.Add($"{channel.Slug} {rendition.Name} at {node.Name}: {lost.Count} of {announced.Count} segments are not in the recording, "
                    + $"such as {lost[0].MediaSequence}");
            }

            foreach (var segment in recorded.Values.Where(static segment => !segment.IsGap))
            {
                using var response = await http.SendAsync(new HttpRequestMessage(HttpMethod.Head, $"{folder}/{segment.Uri}"));
                if (!response.IsSuccessStatusCode)
                {
                    problems.Add($"{channel.Slug} {rendition.Name} at {node.Name}: {segment.Uri}: {response.StatusCode}");
                }
            }
        }

        return problems;
    }
}
