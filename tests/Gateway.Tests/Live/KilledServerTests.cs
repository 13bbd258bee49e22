using System.Diagnostics;
using Streaming.Cluster.Governor;
using Streaming.Cluster.Broadcasts.Rungs;
using Streaming.Gateway.Tests.Nodes;
using Streaming.Pipeline.Tests;

namespace Streaming.Gateway.Tests.Live;

/// <summary>A server that is killed takes its transcoders with it, hung ones too, and the next one clears up.</summary>
public sealed class KilledServerTests : IDisposable
{
    private static readonly string[] Rung =
        ["Ladder:Rungs:0:Name=240p", "Ladder:Rungs:0:Height=240", "Ladder:Rungs:0:BitRate=300000"];

    private readonly string _folder = Directory.CreateTempSubdirectory("streaming-killed-").FullName;

    private string Temporary => Path.Combine(_folder, "tmp");

    [Theory]
    [InlineData("exec sleep 601")] // Reads nothing and gives nothing, so that no end of a pipe is seen.
    [InlineData("exec ffmpeg \"$@\"")]
    public async Task Server_Killed_ItsTranscodersEndAndTheNextDeletesTheirFolders(string script)
    {
        Directory.CreateDirectory(Temporary);
        using var program = new ScriptedProgram($"case \"$*\" in *unix://*) touch '{_folder}/'started;; esac; {script}");
        string[] settings = [.. Rung, $"Ladder:Ffmpeg={program.Path}"];
        var data = Path.Combine(_folder, "data");
        await using var server = await ServerProcess.StartAsync(data, Temporary, settings);
        await using var publisher = await server.PublishAsync("mine", await Sources.AudioAndVideo);
        await Eventually.HoldsAsync("a transcoder runs", () => Task.FromResult(
            File.Exists(Path.Combine(_folder, "started")) && Running().Count > 0));

        await server.KillAsync();

        await Eventually.HoldsAsync("its transcoders are gone", () => Task.FromResult(Running().Count == 0));
        Assert.NotEmpty(Directory.GetDirectories(Temporary, "transcode-*"));
        await using var next = await ServerProcess.StartAsync(data, Temporary, settings);
        Assert.Empty(Directory.GetDirectories(Temporary, "transcode-*"));
    }

    [Fact]
    public async Task Server_WithoutAFolderForTemporaryFiles_SourcePlaysAndTheLadderComesWithTheFolder()
    {
        await using var server = await ServerProcess.StartAsync(Path.Combine(_folder, "data"), Temporary, Rung);
        await using var publisher = await server.PublishAsync("mine", await Sources.AudioAndVideo);

        var shown = await Eventually.GetAsync(
            "the reason is told",
            () => server.ShowAsync("mine"),
            shown => shown is { Live: true, Transcoder: { State: TranscoderState.Unavailable, Restarts: >= 1 } });
        Assert.Contains(Temporary, shown.Transcoder!.Message, StringComparison.Ordinal);
        Assert.Equal(QualityLevel.SourceOnly, shown.Quality!.Level);
        Assert.False(string.IsNullOrEmpty(shown.Quality.Reason));

        Directory.CreateDirectory(Temporary);
        var mended = await Eventually.GetAsync(
            "the ladder is there",
            () => server.ShowAsync("mine"),
            shown => shown.Quality?.Level == QualityLevel.Full,
            TimeSpan.FromSeconds(120));
        Assert.Equal(TranscoderState.Running, mended.Transcoder!.State);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Processes whose command line names a socket in this test's folder for temporary files, or that it started.</summary>
    private List<int> Running()
    {
        var found = new List<int>();
        foreach (var process in Process.GetProcesses())
        {
            using (process)
            {
                var text = Read(process.Id);
                if (text.Contains(Temporary + "/transcode-", StringComparison.Ordinal) || text == "sleep\0601\0")
                {
                    found.Add(process.Id);
                }
            }
        }

        return found;
    }

    private static string Read(int processId)
    {
        try
        {
            return File.ReadAllText($"/proc/{processId}/cmdline");
        }
        catch (IOException)
        {
            return ""; // It has ended meanwhile.
        }
    }
}
