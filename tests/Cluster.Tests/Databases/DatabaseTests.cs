using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Streaming.Cluster.Channels;
using Streaming.Cluster.Databases;
using Streaming.Cluster.Membership;
using Streaming.Cluster.Recordings;
using Streaming.Cluster.Tests.Recordings;

namespace Streaming.Cluster.Tests.Databases;

/// <summary>A database that cannot be used gets a sentence, and is left as it is.</summary>
public sealed class DatabaseTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("channels.db")]
    [InlineData("recordings.db")]
    [InlineData("events.db")]
    public void Open_NoDatabase_SaysSoAndLeavesIt(string name)
    {
        var text = new string('x', 10_000);
        File.WriteAllText(_folder[name], text);

        var refusal = Assert.Throws<DatabaseUnusableException>(() => Open(name));

        Assert.Contains(_folder[name], refusal.Message, StringComparison.Ordinal);
        Assert.Equal(text, File.ReadAllText(_folder[name]));
    }

    [Theory]
    [InlineData("channels.db", "channels")]
    [InlineData("recordings.db", "segments")]
    [InlineData("events.db", "journal")]
    public void Open_TableOfAnotherProgram_SaysSo(string name, string table)
    {
        using (var other = Connect(name))
        {
            Execute(other, $"CREATE TABLE {table} (id INTEGER, something TEXT)");
        }

        Assert.Throws<DatabaseUnusableException>(() => Open(name));
    }

    [Theory]
    [InlineData("channels.db")]
    [InlineData("events.db")]
    public void Load_PagesOverwritten_SaysSo(string name)
    {
        using (var journal = new EventJournal(_folder["events.db"]))
        using (var directory = new ChannelDirectory(_folder["channels.db"], NullLogger.Instance))
        {
            var channels = new ChannelJournal(journal);
            channels.TryBegin(Enumerable.Range(0, 200).Select(number => new ChannelCreated(
                $"channel-{number}", new string('t', 100), $"hash-{number}", Stored.Start)));
            directory.Load(channels, []);
        }

        using (var file = File.OpenWrite(_folder[name]))
        {
            file.Position = 4096;
            file.Write(Enumerable.Repeat((byte)0xA5, (int)file.Length - 4096).ToArray());
        }

        var refusal = Assert.Throws<DatabaseUnusableException>(() =>
        {
            using var journal = new EventJournal(_folder["events.db"]);
            using var directory = new ChannelDirectory(_folder["channels.db"], NullLogger.Instance);
            directory.Load(new ChannelJournal(journal), []);
        });
        Assert.Contains(_folder[name], refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Recover_JournalOverwritten_SaysSo()
    {
        using (var journal = new RecordingJournal(_folder["recordings.db"]))
        {
            await journal.BeginAsync("b1", "news", TimeSpan.FromSeconds(4), TimeSpan.FromMilliseconds(334));
            foreach (var sequence in Enumerable.Range(0, 2000))
            {
                await journal.AddAsync("b1", Stored.Segment("source", Stored.Video(720), sequence));
            }

            await journal.EndAsync("b1", Stored.Start.AddHours(2));
        }

        using (var file = File.OpenWrite(_folder["recordings.db"]))
        {
            file.Position = 16 * 4096; // Behind the schema and the tables' first pages.
            file.Write(Enumerable.Repeat((byte)0xA5, (int)file.Length - (16 * 4096)).ToArray());
        }

        using var damaged = new RecordingJournal(_folder["recordings.db"]);
        var storage = new Pipeline.Storage.Memory.MemoryStorage(1 << 20);
        await storage.WriteAsync("live/b1/source/0.m4s", [new byte[10]], default);
        var library = new RecordingLibrary(
            damaged, new(), storage, TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger<RecordingLibrary>.Instance);

        await Assert.ThrowsAsync<DatabaseUnusableException>(() => library.RecoverAsync(default));
        Assert.Equal(10, storage.UsedBytes);
    }

    [Fact]
    public void WithSpareSpace_DiskIsFull_GivesItUpAndTriesOnceMore()
    {
        using var database = Database.Open(_folder["a.db"], "CREATE TABLE IF NOT EXISTS t (x)", "NORMAL");
        var spare = new FileInfo(_folder["a.db.spare"]);
        Assert.Equal(SpareSpace.Length, spare.Length);
        var tries = 0;

        database.WithSpareSpace(() =>
        {
            spare.Refresh();
            if (tries++ == 0 || spare.Exists)
            {
                throw new SqliteException("database or disk is full", 13);
            }
        });

        Assert.Equal(2, tries);
        Assert.Throws<SqliteException>(() => database.WithSpareSpace(() => throw new SqliteException("constraint failed", 19)));
        spare.Refresh();
        Assert.True(spare.Exists); // Kept anew, and not given up for what is not about space.
    }

    [Fact]
    public void Check_FileGone_Throws()
    {
        using var directory = new ChannelDirectory(_folder["channels.db"], NullLogger.Instance);
        directory.Check();
        File.Move(_folder["channels.db"], _folder["away.db"]);

        Assert.Throws<SqliteException>(directory.Check);
    }

    private IDisposable Open(string name) => name switch
    {
        "channels.db" => new ChannelDirectory(_folder[name], NullLogger.Instance),
        "recordings.db" => new RecordingJournal(_folder[name]),
        _ => new EventJournal(_folder[name]),
    };

    private SqliteConnection Connect(string name)
    {
        var connection = new SqliteConnection($"Data Source={_folder[name]};Pooling=False");
        connection.Open();
        return connection;
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
