using System.Diagnostics;
using Streaming.Pipeline.Transcoding;

namespace Streaming.Pipeline.Tests.Transcoding;

/// <summary>What a killed server left is deleted by the next, and nothing else.</summary>
public sealed class RunFolderTests
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(30);

    [Fact]
    public void DeleteAbandoned_FolderInUse_Stays()
    {
        string path;
        using (var folder = RunFolder.Create())
        {
            path = folder.Path;
            Assert.DoesNotContain(path, RunFolder.DeleteAbandoned());
            Assert.True(Directory.Exists(path));
        }

        Assert.False(Directory.Exists(path));
    }

    [Fact]
    public void DeleteAbandoned_FolderWithoutAnOwnersFile_IsNotKnownAndStays()
    {
        var path = Directory.CreateTempSubdirectory("transcode-").FullName;
        try
        {
            Assert.DoesNotContain(path, RunFolder.DeleteAbandoned());
            Assert.True(Directory.Exists(path));
        }
        finally
        {
            Directory.Delete(path);
        }
    }

    [Fact]
    public async Task DeleteAbandoned_OwnerIsGone_FolderAndItsTranscoderAreToo()
    {
        var path = Directory.CreateTempSubdirectory("transcode-").FullName;
        await File.WriteAllTextAsync(Path.Combine(path, "owner"), "", TestContext.Current.CancellationToken);
        using var transcoder = Process.Start("sh", ["-c", "sleep 600", Path.Combine(path, "240p.sock")]);
        using var other = Process.Start("sh", ["-c", "sleep 600", path + "-not/240p.sock"]);
        try
        {
            // The command line is there a moment after the process is.
            await WaitAsync(() => File.ReadAllText($"/proc/{transcoder.Id}/cmdline").Contains(path, StringComparison.Ordinal));

            RunFolder.DeleteAbandoned(); // Another test may have been faster with it.

            Assert.False(Directory.Exists(path));
            await transcoder.WaitForExitAsync(TestContext.Current.CancellationToken)
                .WaitAsync(TimeLimit, TestContext.Current.CancellationToken);
            Assert.False(other.HasExited);
        }
        finally
        {
            other.Kill(entireProcessTree: true);
        }
    }

    [Fact]
    public void EndPoint_PathTooLong_SaysSo()
    {
        using var folder = RunFolder.Create();
        var fault = Assert.Throws<IOException>(() => folder.EndPointOf(new(new string('x', 200), 240, 400_000)));
        Assert.Contains("too long", fault.Message, StringComparison.Ordinal);
    }

    private static async Task WaitAsync(Func<bool> condition)
    {
        var begun = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(begun) < TimeLimit);
            await Task.Delay(5);
        }
    }
}
