using System.Diagnostics;
using System.Globalization;
using Streaming.Gateway.Tests.Nodes;
using Streaming.Pipeline.Tests.Timelines;

namespace Streaming.Pipeline.Tests.Storage.Gcs;

/// <summary>
/// Google Cloud Storage as firebase-tools emulates it, on the loopback: what others made of the same documentation. A process of its own,
/// which ends with this one, killed even.
/// </summary>
public sealed class GcsEmulator : IAsyncLifetime
{
    private static readonly string Tool = Path.Combine(Repository.Root, "tests", "tools", "gcsEmulator");

    private Process? _process;
    private Task<string> _errors = Task.FromResult("");
    private int _buckets;

    public Uri Address { get; private set; } = null!;

    /// <summary>For what is asked of it as others would.</summary>
    public HttpClient Http { get; } = new();

    private static TimeSpan Patience => Eventually.Patience * Eventually.Slowness;

    /// <summary>The name of a bucket that nothing is in.</summary>
    public string NewBucket() => string.Create(CultureInfo.InvariantCulture, $"bucket-{Interlocked.Increment(ref _buckets)}");

    public async ValueTask InitializeAsync()
    {
        Assert.True(
            Directory.Exists(Path.Combine(Tool, "node_modules")), $"These tests need firebase-tools: run `npm ci` in {Tool}.");
        _process = Process.Start(new ProcessStartInfo("node", [Path.Combine(Tool, "emulator.mjs")])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        _errors = _process.StandardError.ReadToEndAsync();
        Address = new Uri(await ReadAddressAsync(_process.StandardOutput));
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (_process is not null)
        {
            await EndAsync(_process);
            _process.Dispose();
        }
    }

    private async Task<string> ReadAddressAsync(StreamReader output)
    {
        using var limit = new CancellationTokenSource(Patience);
        string reason;
        try
        {
            if (await output.ReadLineAsync(limit.Token) is { } address)
            {
                return address;
            }

            reason = "It ended.";
        }
        catch (OperationCanceledException)
        {
            reason = "It said nothing for too long.";
        }

        await EndAsync(_process!);
        throw new InvalidOperationException($"The emulator does not start. {reason} Its errors: {await _errors}");
    }

    /// <summary>By the end of its input, as when this process is killed.</summary>
    private static async Task EndAsync(Process process)
    {
        process.StandardInput.Close();
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
        }
    }
}
