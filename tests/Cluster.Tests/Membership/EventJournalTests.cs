using Streaming.Cluster.Databases;
using Streaming.Cluster.Membership;
using Streaming.Cluster.Tests.Databases;

namespace Streaming.Cluster.Tests.Membership;

/// <summary>What a journal does, whichever database it is in.</summary>
[Trait("Category", "Slow")]
public sealed class EventJournalTests(SharedPostgres postgres) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Events_Stored_AreReadInTheirOrder(bool isShared)
    {
        using var journal = await OpenAsync(isShared);
        Assert.Equal(isShared, journal.IsShared);
        Assert.Equal(0, journal.Newest("a-"));

        journal.Append([Event("a-1", 1, "first"), Event("b-1", 1, "first"), Event("a-1", 2, "second"), Event("A-1", 1, "first")], 7);

        var read = journal.Read("a-", 0);
        Assert.Equal(
            [("a-1", 1L, "first"), ("a-1", 2L, "second")],
            read.Select(stored => (stored.PersistenceId, stored.SequenceNr, stored.Manifest)));
        Assert.Equal([1, 2, 0xFF], read[0].Bytes);
        Assert.Equal(read[1].Ordering, journal.Newest("a-"));
        Assert.Equal("second", Assert.Single(journal.Read("a-", read[0].Ordering)).Manifest);
        Assert.Equal("first", Assert.Single(journal.Read("a-", 0, "second", "third")).Manifest);
        Assert.Equal(["first", "second"], journal.Of("a-1").Select(stored => stored.Manifest));
        Assert.Empty(journal.Of("a-"));
        journal.Check();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Append_OneThatIsThereAlready_StoresNone(bool isShared)
    {
        using var journal = await OpenAsync(isShared);
        journal.Append([Event("a-1", 1, "first")], 7);

        Assert.Throws<DatabaseUnusableException>(() => journal.Append([Event("a-2", 1, "first"), Event("a-1", 1, "other")], 7));

        Assert.Equal("first", Assert.Single(journal.Read("a-", 0)).Manifest);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task TryBegin_ByManyAtOnce_OneDoes(bool isShared)
    {
        var address = isShared ? await postgres.CreateDatabaseAsync() : null;
        using var other = EventJournal.Open(_folder.Path, address);
        other.Append([Event("b-1", 1, "first")], 7); // Of other entities: they do not count.

        var began = await Task.WhenAll(Enumerable.Range(0, 6).Select(number => Task.Run(() =>
        {
            using var journal = EventJournal.Open(_folder.Path, address);
            return journal.TryBegin("a-", [Event($"a-{number}", 1, "x"), Event($"a-{number}", 2, "x")], 7);
        })));

        Assert.Single(began, did => did);
        Assert.Equal(2, other.Read("a-", 0).Count);
        Assert.False(other.TryBegin("a-", [Event("a-9", 1, "x")], 7));
    }

    [Fact]
    public async Task TryBegin_WhileAnotherDoes_WaitsAndDoesNot()
    {
        var address = await postgres.CreateDatabaseAsync();
        using var journal = EventJournal.OnServer(address);
        var (isBeginning, goesOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        var first = Task.Run(() => journal.TryBegin("a-", Slowly(), 7));
        await isBeginning.Task;

        var second = Task.Run(() => journal.TryBegin("a-", [Event("a-9", 1, "x")], 7));
        while (!second.IsCompleted && await TestPostgres.ReadAsync(address, "SELECT count(*) FROM pg_locks WHERE NOT granted") is 0L)
        {
            await Task.Delay(10);
        }

        Assert.Empty(journal.Read("a-", 0)); // Who reads does not wait.
        goesOn.SetResult();
        Assert.True(await first);
        Assert.False(await second);
        Assert.Equal("a-1", Assert.Single(journal.Read("a-", 0)).PersistenceId);

        IEnumerable<StoredEvent> Slowly()
        {
            isBeginning.SetResult();
            goesOn.Task.Wait();
            yield return Event("a-1", 1, "x");
        }
    }

    [Fact]
    public async Task Open_ByManyAtOnceOnAnEmptyServer_AllBegin()
    {
        var address = await postgres.CreateDatabaseAsync();

        var journals = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => EventJournal.OnServer(address))));

        Assert.All(journals, journal => Assert.Empty(journal.Read("", 0)));
        Array.ForEach(journals, journal => journal.Dispose());
    }

    private async Task<EventJournal> OpenAsync(bool isShared) =>
        EventJournal.Open(_folder.Path, isShared ? await postgres.CreateDatabaseAsync() : null);

    private static StoredEvent Event(string entity, long sequenceNr, string manifest) => new(0, entity, sequenceNr, manifest, [1, 2, 0xFF]);
}
