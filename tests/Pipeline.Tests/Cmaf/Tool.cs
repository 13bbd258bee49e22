using System.ComponentModel;
using System.Diagnostics;

namespace Streaming.Pipeline.Tests.Cmaf;

/// <summary>What a tool answered.</summary>
internal sealed record ToolAnswer(int ExitCode, string Output, string Errors)
{
    /// <summary>The output of a run that ended well and had nothing to complain of.</summary>
    public string Silent()
    {
        Assert.True(ExitCode == 0 && Errors.Length == 0, $"Exit code {ExitCode}: {Errors}");
        return Output;
    }
}

/// <summary>Runs the tools of others that judge our media. A tool that is missing fails the test.</summary>
internal static class Tool
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(60);

    public static async Task<ToolAnswer> RunAsync(string tool, params string[] arguments)
    {
        var start = new ProcessStartInfo(tool, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var limit = new CancellationTokenSource(TimeLimit);
        using var process = Start(start);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return new ToolAnswer(process.ExitCode, await output, await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{tool} took more than {TimeLimit}.");
        }
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception exception)
        {
            throw new InvalidOperationException(
                $"This test needs {start.FileName}, which could not be started: {exception.Message}", exception);
        }
    }
}
