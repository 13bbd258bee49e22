using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace Streaming.Cluster.Tests.Databases;

/// <summary>
/// A PostgreSQL server of this process, of the system's own programs, in a temporary folder, with its sockets there and no port. It ends
/// with this process, killed even: it is a shell's that waits for the end of its own input. As root it runs as another user, since
/// PostgreSQL refuses to be root.
/// </summary>
public sealed class TestPostgres : IAsyncDisposable
{
    /// <summary>The owner of all databases.</summary>
    public const string User = "streaming";

    /// <summary>Is in no line that anybody is told.</summary>
    public const string Password = "p4ss;w0rd'=";

    // Far more than a start takes.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly string[] Accounts = ["postgres", "nobody"];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("streaming-postgres-");
    private Process? _shell;
    private int _databases;

    private TestPostgres()
    {
    }

    private string Data => Path.Combine(_folder.FullName, "data");

    /// <summary>What to put before a program, so that root runs it as somebody else.</summary>
    private static string[] AsSomebody => Environment.IsPrivilegedProcess
        ? ["setpriv", $"--reuid={Account}", $"--regid={Account}", "--init-groups", "--"]
        : [];

    private static string Account => Accounts.FirstOrDefault(
        name => File.ReadLines("/etc/passwd").Any(line => line.StartsWith(name + ":", StringComparison.Ordinal)), Accounts[0]);

    public static async Task<TestPostgres> StartAsync()
    {
        var server = new TestPostgres();
        var secret = Path.Combine(server._folder.FullName, "password");
        await File.WriteAllTextAsync(secret, Password);
        if (Environment.IsPrivilegedProcess)
        {
            await RunAsync("chown", "-R", Account, server._folder.FullName);
        }

        await RunAsync(
            [
                .. AsSomebody, Program("initdb"), "--pgdata", server.Data, "--username", User, "--pwfile", secret,
                "--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C", "--no-sync",
            ]);
        await server.GoOnAsync();
        return server;
    }

    /// <summary>How to get to one of its databases, with more patience than a node has: this machine may have much to do.</summary>
    public string AddressOf(string database, string user = User, string password = Password) => new NpgsqlConnectionStringBuilder
    {
        Host = _folder.FullName,
        Database = database,
        Username = user,
        Password = password,
        Timeout = 30,
        CommandTimeout = 30,
    }.ConnectionString;

    /// <summary>An empty database, and how to get to it.</summary>
    public async Task<string> CreateDatabaseAsync()
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"test{Interlocked.Increment(ref _databases)}");
        await ExecuteAsync(AddressOf("postgres"), $"CREATE DATABASE {name}");
        return AddressOf(name);
    }

    public static Task ExecuteAsync(string address, string sql) => ReadAsync(address, sql);

    /// <summary>The first value of an answer.</summary>
    public static async Task<object?> ReadAsync(string address, string sql)
    {
        await using var connection = new NpgsqlConnection(address + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    /// <summary>Ends it as a crash does: all connections break, and what was committed is there when it goes on.</summary>
    public async Task CrashAsync()
    {
        _shell!.StandardInput.Close();
        await _shell.WaitForExitAsync().WaitAsync(Patience);
        _shell.Dispose();
        _shell = null;
    }

    /// <summary>Starts it, again after <see cref="CrashAsync"/>.</summary>
    public async Task GoOnAsync()
    {
        string[] command =
        [
            .. AsSomebody, Program("postgres"), "-D", Data, "-k", _folder.FullName, "-c", "listen_addresses=", "-c", "fsync=off",
            "-c", "max_connections=200",
        ];
        var log = Path.Combine(_folder.FullName, "log");
        var start = new ProcessStartInfo(
            "bash", ["-c", "log=\"$0\"; \"$@\" >>\"$log\" 2>&1 & server=$!; cat; kill -QUIT $server; wait $server", log, .. command])
        {
            RedirectStandardInput = true,
            WorkingDirectory = "/", // Where whoever it runs as may be.
        };
        _shell = Process.Start(start)!;
        var deadline = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                await ExecuteAsync(AddressOf("postgres"), "SELECT 1");
                return;
            }
            catch (NpgsqlException e) when (Stopwatch.GetElapsedTime(deadline) > Patience)
            {
                throw new InvalidOperationException($"PostgreSQL does not start: {await File.ReadAllTextAsync(log)}", e);
            }
            catch (NpgsqlException)
            {
                await Task.Delay(50);
            }
        }
    }

    /// <summary>Lets no process of it do anything, until <see cref="ThawAsync"/>: who asks gets no answer.</summary>
    public Task FreezeAsync() => SignalAsync("STOP");

    public Task ThawAsync() => SignalAsync("CONT");

    public async ValueTask DisposeAsync()
    {
        if (_shell is not null)
        {
            await CrashAsync();
        }

        _folder.Delete(recursive: true);
    }

    private async Task SignalAsync(string signal)
    {
        var server = File.ReadLines(Path.Combine(Data, "postmaster.pid")).First();
        var backends = from folder in Directory.GetDirectories("/proc")
                       let id = Path.GetFileName(folder)
                       where int.TryParse(id, out _) && IsChildOf(id, server)
                       select id;
        await RunAsync(["kill", "-" + signal, server, .. backends]);
    }

    private static bool IsChildOf(string id, string parent)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/stat").Split(") ")[^1].Split(' ')[1] == parent;
        }
        catch (IOException)
        {
            return false; // It has ended meanwhile.
        }
    }

    /// <summary>Where Debian keeps its newest, or what the path says.</summary>
    private static string Program(string name) =>
        (Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql") : [])
            .OrderByDescending(folder => int.TryParse(Path.GetFileName(folder), out var version) ? version : 0)
            .Select(folder => Path.Combine(folder, "bin"))
            .Concat(Environment.GetEnvironmentVariable("PATH")!.Split(':'))
            .Select(folder => Path.Combine(folder, name))
            .FirstOrDefault(File.Exists)
        ?? throw new InvalidOperationException($"There is no {name}: scripts/install.sh --tests installs the package postgresql.");

    private static async Task RunAsync(params string[] command)
    {
        using var process = Process.Start(new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        })!;
        var said = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{command[0]} failed: {string.Concat(said)}");
        }
    }
}
