using System.Diagnostics;

namespace Streaming.Chaos;

/// <summary>A PostgreSQL server of its own, in the private network.</summary>
internal sealed class Postgres : IAsyncDisposable
{
    private const int Port = 5432;

    // A server that was killed reads its log first.
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    private readonly string _folder;
    private readonly string _programs;
    private Process? _process;

    private Postgres(string folder) => (_folder, _programs) = (
        folder, Directory.GetDirectories("/usr/lib/postgresql").Order(StringComparer.Ordinal).Last() + "/bin");

    /// <summary>How a node gets to it.</summary>
    public static string Address => $"Host={PrivateNetwork.Self};Port={Port};Database=streaming;Username=streaming";

    public static async Task<Postgres> StartAsync(string folder)
    {
        var server = new Postgres(Directory.CreateDirectory(Path.Combine(folder, "postgres")).FullName);
        await Shell.RunAsync("chown", "postgres", server._folder);
        await server.AsPostgresAsync(
            "initdb", "--pgdata", server._folder + "/data", "--username", "streaming", "--auth", "trust", "--encoding", "UTF8", "--locale", "C");
        await File.AppendAllTextAsync(server._folder + "/data/pg_hba.conf", "host all all 10.213.0.0/16 trust\n");
        await server.StartAsync();
        await server.AsPostgresAsync("psql", "-h", server._folder, "-U", "streaming", "-d", "postgres", "-c", "CREATE DATABASE streaming");
        return server;
    }

    /// <summary>Starts it, and waits until it answers.</summary>
    public async Task StartAsync()
    {
        _process = Process.Start(new ProcessStartInfo(
            "setpriv",
            ["--reuid=postgres", "--regid=postgres", "--init-groups", "--", _programs + "/postgres", "-D", _folder + "/data", "-k", _folder,
                "-c", $"listen_addresses={PrivateNetwork.Self}", "-c", $"port={Port}", "-c", "max_connections=300"])
        {
            WorkingDirectory = "/",
            RedirectStandardError = true,
        })!;
        _process.ErrorDataReceived += static (_, _) => { };
        _process.BeginErrorReadLine();
        for (var began = Stopwatch.StartNew(); ; await Task.Delay(100))
        {
            try
            {
                await AsPostgresAsync("psql", "-h", _folder, "-U", "streaming", "-d", "postgres", "-c", "SELECT 1");
                return;
            }
            catch (InvalidOperationException) when (began.Elapsed < StartTimeout)
            {
                // Not yet.
            }
        }
    }

    /// <summary>Ends it at once, with its connections, as an operator does in a hurry.</summary>
    public async Task StopAsync()
    {
        await AsPostgresAsync("pg_ctl", "stop", "-D", _folder + "/data", "-m", "immediate");
        await _process!.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            await StopAsync();
        }

        _process?.Dispose();
    }

    private Task<string> AsPostgresAsync(string program, params string[] arguments) => Shell.RunAsync(
        "setpriv", ["--reuid=postgres", "--regid=postgres", "--init-groups", "--", $"{_programs}/{program}", .. arguments]);
}
