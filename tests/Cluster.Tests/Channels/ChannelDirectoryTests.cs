using System.Text;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Streaming.Cluster.Channels;
using Streaming.Cluster.Naming;
using Streaming.Cluster.Membership;
using Streaming.Cluster.Tests.Databases;

namespace Streaming.Cluster.Tests.Channels;

/// <summary>What a node knows of channels: from the journal, with a copy that spares reading it from its beginning.</summary>
public sealed class ChannelDirectoryTests : IDisposable
{
    private static readonly DateTimeOffset At = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly ChannelCreated News = new("news", "The News", "hash", At);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Apply_TwiceOrLate_ChangesNothing()
    {
        using var directory = new ChannelDirectory(_folder["channels.db"], NullLogger.Instance);
        directory.Apply(1, News);
        directory.Apply(2, new ChannelDeleted("news"));
        directory.Apply(3, new ChannelCleared("news"));
        var version = directory.Version;

        directory.Apply(2, new ChannelDeleted("news"));
        directory.Apply(1, News);

        Assert.Equal(version, directory.Version);
        Assert.Empty(directory.All);
        Assert.Empty(directory.Leaving);
        Assert.Equal(0, directory.Count);
    }

    [Fact]
    public void Load_FolderOfAnOlderVersion_TakesItsChannelsOverOnce()
    {
        Execute(
            "channels.db",
            """
            CREATE TABLE channels (
                slug TEXT PRIMARY KEY, title TEXT NOT NULL, key_hash TEXT NOT NULL UNIQUE, created_at TEXT NOT NULL
            ) STRICT;
            CREATE TABLE leaving (slug TEXT PRIMARY KEY) STRICT;
            INSERT INTO channels VALUES ('news', 'The News', 'hash', '2026-01-02T03:04:05.0000000+00:00');
            INSERT INTO leaving VALUES ('gone');
            """);

        for (var run = 0; run < 3; run++)
        {
            using var journal = new EventJournal(_folder["events.db"]);
            using var directory = Load(journal);
            Assert.Equal([new Channel("news", "The News", At)], directory.All);
            Assert.Equal(["gone"], directory.Leaving);
            Assert.Equal(
                ["channel-gone 1", "channel-news 1"],
                journal.Read("channel-", 0).Select(stored => $"{stored.PersistenceId} {stored.SequenceNr}").Order());
        }
    }

    [Fact]
    public void Load_CopyLostOrOlderOrNewer_IsWhatTheJournalSays()
    {
        using var journal = new EventJournal(_folder["events.db"]);
        Begin(journal, News, new ChannelCreated("art", "Art", "hash-2", At));
        Load(journal).Dispose();
        File.Copy(_folder["channels.db"], _folder["older.db"]);
        Store(journal, new StoredEvent(0, "channel-art", 2, "channel/renamed", Bytes(new ChannelRenamed("art", "Other"))));

        foreach (var prepare in (Action[])
        [
            () => { },
            () => File.Delete(_folder["channels.db"]),
            () => File.Copy(_folder["older.db"], _folder["channels.db"], overwrite: true),
            () => Execute("channels.db", "UPDATE progress SET ordering = 1000; UPDATE channels SET title = 'of another journal'"),
        ])
        {
            prepare();
            using var directory = Load(journal);
            Assert.Equal(["Other", "The News"], directory.All.Select(channel => channel.Title));
        }
    }

    [Fact]
    public void Load_JournalLost_KeepsWhatTheCopyHas()
    {
        using (var journal = new EventJournal(_folder["events.db"]))
        {
            Begin(journal, News);
            Load(journal).Dispose();
        }

        SqliteConnection.ClearAllPools();
        foreach (var file in Directory.GetFiles(_folder.Path, "events.db*"))
        {
            File.Delete(file);
        }

        using var empty = new EventJournal(_folder["events.db"]);
        using var directory = Load(empty);
        Assert.Equal("The News", Assert.Single(directory.All).Title);
        Assert.Single(empty.Read("channel-", 0));
    }

    [Fact]
    public void Load_CopyTakesNothing_IsLoadedAllTheSame()
    {
        using var journal = new EventJournal(_folder["events.db"]);
        Begin(journal, News);
        new ChannelDirectory(_folder["channels.db"], NullLogger.Instance).Dispose();
        using (Refusing.Changes(_folder["channels.db"], "INSERT", "channels"))
        {
            using var directory = Load(journal);
            Assert.Single(directory.All);
        }
    }

    [Fact]
    public void Disk_HoldsNoKey()
    {
        var key = Ids.NewSecret();
        using (var journal = new EventJournal(_folder["events.db"]))
        {
            Begin(journal, News with { KeyHash = ChannelDirectory.Hash(key) });
            using var directory = Load(journal);
            Assert.Equal("news", directory.FindByStreamKey(key)?.Slug);
        }

        var files = Directory.GetFiles(_folder.Path).Select(file => Encoding.Latin1.GetString(File.ReadAllBytes(file))).ToArray();
        Assert.Contains(files, file => file.Contains("news", StringComparison.Ordinal));
        Assert.All(files, file => Assert.DoesNotContain(key, file, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("news")]
    public void FindByStreamKey_Unknown_IsNull(string key)
    {
        using var directory = new ChannelDirectory(_folder["channels.db"], NullLogger.Instance);
        directory.Apply(1, News);

        Assert.Null(directory.FindByStreamKey(key));
    }

    [Theory]
    [InlineData("a", true)]
    [InlineData("my-channel-2", true)]
    [InlineData("-a", false)]
    [InlineData("a-", false)]
    [InlineData("A", false)]
    [InlineData("a_b", false)]
    [InlineData("a/b", false)]
    [InlineData("", false)]
    [InlineData("a\n", false)]
    public void IsSlug_Name_SaysSo(string slug, bool expected) => Assert.Equal(expected, Channel.IsSlug(slug));

    [Theory]
    [InlineData(63, true)]
    [InlineData(64, false)]
    public void IsSlug_Length_IsLimited(int length, bool expected) => Assert.Equal(expected, Channel.IsSlug(new string('a', length)));

    private ChannelDirectory Load(EventJournal journal)
    {
        var directory = new ChannelDirectory(_folder["channels.db"], NullLogger.Instance);
        directory.Load(new ChannelJournal(journal), []);
        return directory;
    }

    private static void Begin(EventJournal journal, params IChannelEvent[] events) => new ChannelJournal(journal).TryBegin(events);

    private static void Store(EventJournal journal, StoredEvent stored) =>
        journal.Append([stored], Streaming.Cluster.Serialization.MessageFormats.SerializerId);

    private static byte[] Bytes(IChannelEvent happened) =>
        new Streaming.Cluster.Serialization.MessageFormats(ChannelFormats.All).Write(happened);

    private void Execute(string name, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={_folder[name]};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
