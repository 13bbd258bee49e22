using Streaming.Cluster.Databases;
using Streaming.Cluster.Recordings;
using Streaming.Cluster.Tests.Databases;

namespace Streaming.Cluster.Tests.Recordings;

/// <summary>The journal that all nodes share.</summary>
public sealed class PostgresRecordingJournalTests(SharedPostgres postgres) : RecordingJournalTests
{
    private string _address = "";

    public override async ValueTask InitializeAsync()
    {
        _address = await postgres.CreateDatabaseAsync();
        await base.InitializeAsync();
    }

    [Fact]
    public async Task Open_ByManyAtOnce_MakesItsTablesOnce()
    {
        var address = await postgres.CreateDatabaseAsync();

        var journals = await Task.WhenAll(Enumerable.Range(0, 8).Select(
            number => Task.Run(() => RecordingJournal.OnServer(address, $"storage-{number}"))));

        await Task.WhenAll(journals.Select((journal, number) => journal.BeginAsync(
            $"b{number}", "news", TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(1))));
        Assert.Equal(8L, await TestPostgres.ReadAsync(address, "SELECT count(*) FROM recordings.broadcasts"));
        Array.ForEach(journals, static journal => journal.Dispose());
    }

    [Fact]
    public async Task Open_OfANewerVersion_SaysSoAndLeavesIt()
    {
        await TestPostgres.ExecuteAsync(
            _address, "INSERT INTO recordings.versions (scriptname, applied) VALUES ('0099 of tomorrow.sql', now())");

        var refusal = Assert.Throws<DatabaseUnusableException>(() => RecordingJournal.OnServer(_address, "other"));

        Assert.Contains("0099 of tomorrow", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_TablesOfAnotherProgram_SaysSo()
    {
        var address = await postgres.CreateDatabaseAsync();
        await TestPostgres.ExecuteAsync(address, "CREATE SCHEMA recordings; CREATE TABLE recordings.segments (id INTEGER)");

        var refusal = Assert.Throws<DatabaseUnusableException>(() => RecordingJournal.OnServer(address, "mine"));

        Assert.Contains("segments", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(TestPostgres.Password, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_WithASearchPath_HasASchemaBesideThatOfTheAddress()
    {
        using var other = RecordingJournal.OnServer(_address + ";Search Path=second", "mine");

        await other.BeginAsync(Id, "news", TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(1));

        Assert.False(await Journal.KnowsAsync(Id));
        Assert.Equal(1L, await TestPostgres.ReadAsync(_address, "SELECT count(*) FROM second_recordings.broadcasts"));
    }

    [Fact]
    public async Task Turn_OfAStorage_IsOneNodesAtATime()
    {
        using var same = RecordingJournal.OnServer(_address, Journal.Storage);
        using var other = RecordingJournal.OnServer(_address, "another");

        await using (await Journal.TakeTurnAsync())
        {
            Assert.Null(await same.TakeTurnAsync());
            await using var theirs = await other.TakeTurnAsync();
            Assert.NotNull(theirs);
        }

        await using var next = await same.TakeTurnAsync();
        Assert.NotNull(next);
    }

    [Fact]
    public async Task Delete_MediaOnTwoStorages_IsForgottenWhenBothHaveNone()
    {
        using var other = RecordingJournal.OnServer(_address, "another");
        await BeginAsync(Id, 3);
        await Journal.AddAsync(Id, Stored.Segment("source", Stored.Video(720), 0), 3);
        await other.BeginAsync(Id, "news", TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(1), 4);
        await other.AddAsync(Id, Stored.Segment("source", Stored.Video(720), 1), 4);
        await other.EndAsync(Id, Stored.Start.AddSeconds(4), 4);
        var recording = Assert.Single(await other.ReadRecordingsAsync());
        Assert.True(recording.IsOn("another") && recording.IsOn(Journal.Storage));

        await Journal.LeaveAsync(Id);
        Assert.Equal([(Id, true)], await other.ReadLeavingAsync());
        await Journal.DeleteAsync(Id);
        Assert.Empty(await Journal.ReadLeavingAsync());
        Assert.True(await other.KnowsAsync(Id));
        await other.DeleteAsync(Id);

        Assert.False(await other.KnowsAsync(Id));
    }

    private protected override Task<RecordingJournal> OpenAsync() => Task.FromResult(RecordingJournal.OnServer(_address, "mine"));
}
