using System.Text.Json;
using Streaming.Pipeline.Tests;
using Streaming.Pipeline.Tests.Timelines;

namespace Streaming.Gateway.Tests.Playback;

/// <summary>Has manifests read by hls-parser (strict) and mpd-parser; installs the two when they are missing.</summary>
internal static class ManifestJudge
{
    private static readonly string Tool = Path.Combine(Repository.Root, "tests", "tools", "manifests");

    /// <summary>What they understood of each, by its file name. None may be refused.</summary>
    public static async Task<IReadOnlyDictionary<string, Judgement>> JudgeAsync(IReadOnlyDictionary<string, string> manifests)
    {
        var folder = Directory.CreateTempSubdirectory("streaming-judged-");
        try
        {
            foreach (var (name, text) in manifests)
            {
                await File.WriteAllTextAsync(Path.Combine(folder.FullName, name), text);
            }

            if (!Directory.Exists(Path.Combine(Tool, "node_modules")))
            {
                await TestMedia.RunAsync("npm", ["--prefix", Tool, "ci", "--omit=optional", "--no-audit", "--no-fund"]);
            }

            await TestMedia.RunAsync("node", [Path.Combine(Tool, "judge.mjs"), folder.FullName]);
            await using var file = File.OpenRead(Path.Combine(folder.FullName, "judged.json"));
            var judged = (await JsonSerializer.DeserializeAsync<Dictionary<string, Judgement>>(file, JsonSerializerOptions.Web))!;
            Assert.Equal(manifests.Count, judged.Count);
            Assert.All(judged, judgement => Assert.Null(judgement.Value.Error));
            return judged;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
