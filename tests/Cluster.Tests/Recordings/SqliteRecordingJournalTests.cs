using Microsoft.Data.Sqlite;
using Streaming.Cluster.Databases;
using Streaming.Cluster.Recordings;

namespace Streaming.Cluster.Tests.Recordings;

/// <summary>The journal in a file: also after a crash, and of an earlier version.</summary>
public sealed class SqliteRecordingJournalTests : RecordingJournalTests
{
    private readonly TemporaryFolder _folder = new();

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Read_NodeCrashed_HasAllThatWasAdded()
    {
        await BeginAsync(Id);
        foreach (var sequence in Sequences(50))
        {
            await Journal.AddAsync(Id, Stored.Segment("source", Stored.Video(720), sequence));
        }

        // What a crashed node leaves: the files as they are, nothing checkpointed, nothing closed.
        using var crashed = new RecordingJournal(CopyFiles(int.MaxValue));

        Assert.Equal(50, (await crashed.ReadAsync(Id))!.Renditions[0].Segments.Length);
        Assert.Equal([Id], (await crashed.ReadUnendedAsync()).Select(unended => unended.Id));
    }

    [Theory]
    [InlineData(0.99)]
    [InlineData(0.7)]
    [InlineData(0.4)]
    public async Task Read_TornTail_IsAPrefix(double kept)
    {
        await BeginAsync(Id);
        foreach (var sequence in Sequences(40))
        {
            await Journal.AddAsync(Id, Stored.Segment("source", Stored.Video(720), sequence));
        }

        var length = new FileInfo(_folder["recordings.db-wal"]).Length;
        using var torn = new RecordingJournal(CopyFiles((int)(length * kept)));
        var segments = (await torn.ReadAsync(Id))!.Renditions[0].Segments;

        Assert.InRange(segments.Length, 1, 39);
        Assert.Equal(Sequences(segments.Length), segments.Select(segment => segment.Boundary.MediaSequence));
        Assert.DoesNotContain(segments, segment => segment.IsGap);
    }

    [Fact]
    public async Task Open_OfTheFirstVersion_IsReadAsItWas()
    {
        var path = _folder["old.db"];
        await using (var script = typeof(RecordingJournal).Assembly.GetManifestResourceStream(
            "Streaming.Cluster.Recordings.Tables.Sqlite/0001 broadcasts.sql")!)
        using (var reader = new StreamReader(script))
        {
            Execute(path, await reader.ReadToEndAsync());
        }

        Execute(
            path,
            """
            INSERT INTO broadcasts VALUES ('old', 'news', 40000000, 3340000, 639000000000000000);
            INSERT INTO periods VALUES ('old', 0, 0, 638999999980000000);
            INSERT INTO boundaries VALUES ('old', 0, 0, 0, 638999999980000000, 0, 0, 1);
            INSERT INTO initializations VALUES ('old', 'audio', 0, 'mp4a.40.2', 48000, x'1190', NULL, NULL, NULL, NULL, 2);
            INSERT INTO segments VALUES ('old', 'audio', 0, 0, 96000, 0, 1, 100, 0);
            INSERT INTO orphans VALUES ('lost', 638999999980000000, 7);
            """);

        using var journal = new RecordingJournal(path);

        var recording = Assert.Single(await journal.ReadRecordingsAsync());
        Assert.Equal(("old", TimeSpan.FromSeconds(2), 100L, true), (recording.Id, recording.Duration, recording.SizeBytes, recording.IsOn("")));
        Assert.Single((await journal.ReadAsync("old"))!.Renditions[0].Segments);
        Assert.Equal(["old"], await journal.ReadStoredAsync());
        Assert.Equal("lost", Assert.Single(await journal.ReadOrphansAsync()).Folder);
    }

    [Fact]
    public void Open_OfANewerVersion_SaysSoAndLeavesIt()
    {
        var path = _folder["newer.db"];
        new RecordingJournal(path).Dispose();
        Execute(path, "INSERT INTO versions (ScriptName, Applied) VALUES ('0099 of tomorrow.sql', '2030-01-01')");

        var refusal = Assert.Throws<DatabaseUnusableException>(() => new RecordingJournal(path));

        Assert.Contains("0099 of tomorrow", refusal.Message, StringComparison.Ordinal);
    }

    private protected override Task<RecordingJournal> OpenAsync() => Task.FromResult(new RecordingJournal(_folder["recordings.db"]));

    private static void Execute(string path, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>Copies the database as it is, of its write-ahead log the first bytes only.</summary>
    private string CopyFiles(int walLength)
    {
        File.Copy(_folder["recordings.db"], _folder["copy.db"]);
        var wal = File.ReadAllBytes(_folder["recordings.db-wal"]);
        File.WriteAllBytes(_folder["copy.db-wal"], wal[..Math.Min(wal.Length, walLength)]);
        return _folder["copy.db"];
    }
}
