using System.Diagnostics;
using System.Text.Json;
using Streaming.Pipeline.Dash;
using Streaming.Pipeline.Hls;
using Streaming.Pipeline.Timelines;

namespace Streaming.Pipeline.Tests.Timelines;

[CollectionDefinition(nameof(JudgedManifests))]
public sealed class JudgedManifestsDefinition : ICollectionFixture<JudgedManifests>;

/// <summary>
/// All manifests of <see cref="Broadcasts"/> and of sampled scripts, read in one run of Node by hls-parser in strict mode
/// and by mpd-parser. Installs the two when they are missing.
/// </summary>
public sealed class JudgedManifests : IDisposable
{
    private const int SampleCount = 60;

    private static readonly TimeSpan InstallLimit = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan JudgeLimit = TimeSpan.FromMinutes(2);
    private static readonly string Tool = Path.Combine(Repository.Root, "tests", "tools", "manifests");

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("manifests-");
    private readonly Dictionary<string, Judgement> _judgements;

    public JudgedManifests()
    {
        foreach (var (name, broadcast) in BroadcastsByName)
        {
            Write($"{name}.m3u8", Manifests.Multivariant(broadcast));
            Write($"{name}.mpd", Manifests.Mpd(broadcast));
            Write($"{name}.vod.mpd", Manifests.Mpd(broadcast, new MediaPresentationOptions { OnDemand = true }));
            foreach (var rendition in broadcast.Renditions)
            {
                Write($"{name}.{rendition.Name}.m3u8", Manifests.Media(broadcast, rendition.Name));
                Write($"{name}.{rendition.Name}.ll.m3u8", Manifests.Media(broadcast, rendition.Name, Manifests.LowLatency));
                Write($"{name}.{rendition.Name}.delta.m3u8", Manifests.Media(broadcast, rendition.Name, Manifests.Delta));
                Write(
                    $"{name}.{rendition.Name}.vod.m3u8",
                    Manifests.Media(broadcast, rendition.Name, new MediaPlaylistOptions { OnDemand = true }));
            }
        }

        Install();
        Run("node", ["judge.mjs", _directory.FullName], JudgeLimit);
        using var judged = File.OpenRead(Path.Combine(_directory.FullName, "judged.json"));
        _judgements = JsonSerializer.Deserialize<Dictionary<string, Judgement>>(judged, JsonSerializerOptions.Web)!;
    }

    internal static IReadOnlyDictionary<string, BroadcastSnapshot> BroadcastsByName { get; } = Broadcasts.All
        .Concat(BroadcastScript.Samples(SampleCount).Select((broadcast, i) => KeyValuePair.Create($"sample-{i}", broadcast)))
        .ToDictionary();

    internal IEnumerable<KeyValuePair<string, Judgement>> All => _judgements;

    internal Judgement this[string file] => _judgements[file];

    public void Dispose() => _directory.Delete(recursive: true);

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_directory.FullName, name), text);

    private static void Install()
    {
        using var oneAtATime = new Mutex(initiallyOwned: false, "streaming-tests-tools-manifests");
        Assert.True(oneAtATime.WaitOne(InstallLimit));
        try
        {
            // npm writes this file last.
            if (!File.Exists(Path.Combine(Tool, "node_modules", ".package-lock.json")))
            {
                Run("npm", ["ci", "--omit=optional", "--no-audit", "--no-fund"], InstallLimit);
            }
        }
        finally
        {
            oneAtATime.ReleaseMutex();
        }
    }

    private static void Run(string program, string[] arguments, TimeSpan limit)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = Tool,
            RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(limit))
        {
            process.Kill(entireProcessTree: true);
        }

        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {errors.Result}");
    }
}
