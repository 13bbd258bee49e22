using Streaming.Cluster.Databases;
using Streaming.Cluster.Membership;

namespace Streaming.Cluster.Tests.Databases;

/// <summary>A server that cannot be used gets a sentence that says why, and holds no password.</summary>
[Trait("Category", "Slow")]
public sealed class PostgresServerTests(SharedPostgres postgres)
{
    [Theory]
    [InlineData(null, null, "wrong-one", "password authentication failed for user \"streaming\"")]
    [InlineData(null, "nobody-at-all", "wrong-one", "password authentication failed for user \"nobody-at-all\"")]
    [InlineData("not-there", null, TestPostgres.Password, "database \"not-there\" does not exist")]
    public async Task Open_ServerRefuses_SaysWhatItSaid(string? database, string? user, string password, string reason)
    {
        var address = (await postgres.ServerAsync()).AddressOf(database ?? "postgres", user ?? TestPostgres.User, password);

        var refusal = Assert.Throws<DatabaseUnusableException>(() => EventJournal.OnServer(address));

        AssertSays(refusal, $"The PostgreSQL database '{database ?? "postgres"}' at /", reason);
        Assert.DoesNotContain(password, refusal.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.1;Port=1", "there is no server to be reached (Connection refused)")]
    [InlineData("no-such-host.invalid", "there is no server to be reached (")]
    [InlineData("/nowhere", "there is no server to be reached (")]
    public void Open_NobodyThere_SaysSo(string host, string reason)
    {
        var refusal = Assert.Throws<DatabaseUnusableException>(
            () => EventJournal.OnServer($"Host={host};Database=d;Username=u;Password=secret"));

        AssertSays(refusal, "The PostgreSQL database 'd' at " + host.Replace(";Port=", ":", StringComparison.Ordinal), reason);
        Assert.DoesNotContain("secret", refusal.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_ServerIsTooOld_SaysWhichItHasToBe()
    {
        await using var old = new ScriptedPostgres("14.9");

        var refusal = Assert.Throws<DatabaseUnusableException>(() => EventJournal.OnServer(old.Address));

        AssertSays(refusal, "the server is PostgreSQL 14.9, and has to be 15 or newer.");
    }

    [Fact]
    public async Task Open_TableOfAnotherProgram_SaysSoAndLeavesIt()
    {
        var address = await postgres.CreateDatabaseAsync();
        await TestPostgres.ExecuteAsync(address, "CREATE TABLE journal (id int, something text)");

        var refusal = Assert.Throws<DatabaseUnusableException>(() => EventJournal.OnServer(address));

        AssertSays(refusal, "its tables are of another version or program (column \"ordering\" does not exist).");
        await TestPostgres.ExecuteAsync(address, "SELECT id, something FROM journal");
    }

    [Fact]
    public async Task Open_UserMayMakeNoTables_SaysWhatIsMissing_AndNeedsNoneOnceTheyAreThere()
    {
        var address = await postgres.CreateDatabaseAsync();
        await TestPostgres.ExecuteAsync(address, "CREATE ROLE poor LOGIN PASSWORD 'poor'");
        var poor = address.Replace($"Username={TestPostgres.User}", "Username=poor", StringComparison.Ordinal) + ";Password=poor";
        AssertSays(
            Assert.Throws<DatabaseUnusableException>(() => EventJournal.OnServer(poor)),
            "permission denied for schema public. The user poor has to own it, or be granted what is missing.");

        EventJournal.OnServer(address).Dispose();
        await TestPostgres.ExecuteAsync(address, "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO poor");

        using var journal = EventJournal.OnServer(poor);
        journal.Append([new StoredEvent(0, "a", 1, "m", [])], 1);
    }

    [Fact]
    public async Task Open_ServerTakesNothing_SaysSo()
    {
        var address = await postgres.CreateDatabaseAsync();
        using var journal = EventJournal.OnServer(address);
        await TestPostgres.ExecuteAsync(
            address,
            """
            DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on', current_database()); END $$
            """);

        var refusal = Assert.Throws<DatabaseUnusableException>(() => EventJournal.OnServer(address + ";Pooling=false"));
        AssertSays(refusal, "takes nothing that is written");
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("postgresql://streaming:secret@localhost/streaming")]
    [InlineData("Host=h;Database=d;Port=secret")]
    [InlineData("Host=h;Database=d;Password=a;secret=b")]
    [InlineData("Host=h;Database=d;SSL Mode=secret")]
    [InlineData("Host=h;Database=d;Timeout=-1;Password=secret")]
    [InlineData("Database=d;Password=secret")]
    [InlineData("Host=h;Password=secret")]
    public void Fault_OfWhatIsNoAddress_IsToldWithoutRepeatingIt(string address)
    {
        var fault = PostgresAddress.Fault(address);

        Assert.NotNull(fault);
        Assert.DoesNotContain("secret", fault, StringComparison.Ordinal);
        var refusal = Assert.Throws<DatabaseUnusableException>(() => EventJournal.OnServer(address));
        Assert.DoesNotContain("secret", refusal.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_Address_WinsOverWhatHoldsElse()
    {
        var read = PostgresAddress.Read("Host=h;Database=d;Command Timeout=9");

        Assert.Equal((9, 2, 16), (read.CommandTimeout, read.Timeout, read.MaxPoolSize));
        Assert.Null(PostgresAddress.Fault($"Host=h;Database=d;Username=u;Password=\"{TestPostgres.Password}\""));
    }

    private static void AssertSays(DatabaseUnusableException refusal, params string[] parts) =>
        Assert.All(parts, part => Assert.Contains(part, refusal.Message, StringComparison.Ordinal));
}
