using System.Diagnostics;
using Streaming.Cluster.Channels;
using Streaming.Cluster.Databases;
using Streaming.Cluster.Membership;
using Streaming.Cluster.Tests.Databases;
using Streaming.Cluster.Tests.Membership;

namespace Streaming.Cluster.Tests.Channels;

/// <summary>Channels in a PostgreSQL database: the same as in a file, also while the server is away and when it is back.</summary>
[Trait("Category", "Slow")]
public sealed class SharedChannelsTests(SharedPostgres postgres) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Everything_AfterARestart_IsAsItWas_OnAnyNode()
    {
        var address = await postgres.CreateDatabaseAsync();
        string? key;
        string? changed;
        await using (var member = await ClusterMember.StartAsync(_folder, database: address))
        {
            key = (await member.Registry.PutAsync("news", "Älter 'n' \"quoted\"; DROP TABLE journal")).StreamKey;
            await member.Registry.PutAsync("art", null);
            await member.Registry.PutAsync("art", "The Art");
            changed = await member.Registry.ChangeStreamKeyAsync("art");
            await member.Registry.PutAsync("gone", null);
            Assert.True(await member.Registry.DeleteAsync("gone"));
            Assert.Equal(2, await member.Registry.ClaimAsync("news", key!));
        }

        using var another = new TemporaryFolder();
        foreach (var (folder, epoch) in new[] { (_folder, 3), (another, 4) })
        {
            await using var member = await ClusterMember.StartAsync(folder, database: address);
            Assert.Equal(["The Art", "Älter 'n' \"quoted\"; DROP TABLE journal"], member.Directory.All.Select(channel => channel.Title));
            Assert.Equal("news", member.Directory.FindByStreamKey(key!)?.Slug);
            Assert.Equal("art", member.Directory.FindByStreamKey(changed!)?.Slug);
            Assert.Equal(["gone"], member.Directory.Leaving);
            Assert.Equal(epoch, await member.Registry.ClaimAsync("news", key!));
        }

        Assert.Empty(Directory.GetFiles(another.Path));
    }

    [Fact]
    public async Task Owners_OnTwoNodes_TheSecondThatWritesIsRefused()
    {
        var address = await postgres.CreateDatabaseAsync();
        using var another = new TemporaryFolder();
        await using var one = await ClusterMember.StartAsync(_folder, database: address);
        var (_, key) = await one.Registry.PutAsync("news", null);
        await using var two = await ClusterMember.StartAsync(another, database: address);
        Assert.Equal(2, await one.Registry.ClaimAsync("news", key!));
        Assert.Equal(3, await two.Registry.ClaimAsync("news", key!)); // Of what it reads of the first's.

        // Which does not hear of it: as on two sides of a split.
        var refused = await Assert.ThrowsAsync<ChannelsUnavailableException>(() => one.Registry.ReleaseAsync("news", 2));

        Assert.Contains("unique", refused.Message, StringComparison.Ordinal);
        Assert.True(refused.IsUnchanged);
        var isReleased = true; // The entity that was refused answers the same until it has stopped.
        await EventuallyAsync(async () => isReleased = await one.Registry.ReleaseAsync("news", 2));
        Assert.False(isReleased); // It has read what there is, and is not the origin.
        Assert.True(await two.Registry.ReleaseAsync("news", 3));
    }

    [Fact]
    public async Task Server_GoesAndComesBack_AllIsAnsweredAndNothingIsLost()
    {
        await using var server = await TestPostgres.StartAsync();
        await using var member = await ClusterMember.StartAsync(_folder, database: await server.CreateDatabaseAsync());
        var key = (await member.Registry.PutAsync("news", "The News")).StreamKey!;
        var claims = new ChannelClaims(member.Registry, Microsoft.Extensions.Logging.Abstractions.NullLogger<ChannelClaims>.Instance);
        Assert.Equal(2, await claims.TryAsync("news", key));
        await server.CrashAsync();

        // One of whose entity is there, one whose has to be read, and one of an entity that has just stopped; and many at once.
        for (var round = 0; round < 4; round++)
        {
            await Task.WhenAll(Enumerable.Range(0, 5).Select(async number =>
            {
                await UnavailableAsync(() => member.Registry.ChangeStreamKeyAsync("news"));
                await UnavailableAsync(() => member.Registry.PutAsync($"other-{number}", null));
            }));
        }

        Assert.Equal(ChannelClaims.Unstored, await claims.TryAsync("news", key));
        await claims.EndBroadcastAsync("news", 2, "b1");
        Assert.Equal("The News", Assert.Single(member.Directory.All).Title);

        await server.GoOnAsync();
        await EventuallyAsync(() => member.Registry.PutAsync("other-1", null));
        Assert.Equal("news", member.Directory.FindByStreamKey(key)?.Slug);
        Assert.Equal(2, await claims.TryAsync("news", key)); // The node is the origin yet.
        Assert.True(await member.Registry.EndBroadcastAsync("news", 2, "b1"));
        Assert.Equal(["news", "other-1"], member.Directory.All.Select(channel => channel.Slug));
    }

    [Fact]
    public async Task Server_GivesNoAnswer_WhoAsksHearsSoFromTheChannel()
    {
        await using var server = await TestPostgres.StartAsync();
        var address = await server.CreateDatabaseAsync() + ";Timeout=2;Command Timeout=2";
        await using var member = await ClusterMember.StartAsync(_folder, database: address);
        await EventuallyAsync(() => member.Registry.PutAsync("news", null));
        var key = (await member.Registry.ChangeStreamKeyAsync("news"))!;
        await server.FreezeAsync();
        try
        {
            var stored = await UnavailableAsync(() => member.Registry.PutAsync("news", "Other"));
            Assert.StartsWith("The database gives no answer: ", stored.Message, StringComparison.Ordinal);
            Assert.False(stored.IsUnchanged);
            var read = await UnavailableAsync(() => member.Registry.PutAsync("news", "Third"));
            Assert.StartsWith("The database gives no answer: ", read.Message, StringComparison.Ordinal);
            Assert.True(read.IsUnchanged);
        }
        finally
        {
            await server.ThawAsync();
        }

        // What was in doubt is what the journal says now.
        await EventuallyAsync(() => member.Registry.ClaimAsync("news", key));
        using var journal = EventJournal.OnServer(server.AddressOf("test1"));
        var isStored = new ChannelJournal(journal).Of("news").Any(stored => stored.Event is ChannelRenamed);
        Assert.Equal(isStored ? "Other" : "news", Assert.Single(member.Directory.All).Title);
    }

    [Fact]
    public void Timeouts_OfAConnectionAndACommand_AreLessThanAPublisherWaits()
    {
        var address = PostgresAddress.Read("Host=h;Database=d");

        Assert.True(TimeSpan.FromSeconds(address.Timeout + address.CommandTimeout) < ChannelRegistry.PublisherPatience);
    }

    [Fact]
    public async Task Password_IsInNoConfigurationThatAkkaTells()
    {
        await using var member = await ClusterMember.StartAsync(_folder, database: await postgres.CreateDatabaseAsync());
        await member.Registry.PutAsync("news", null);

        Assert.DoesNotContain("p4ss", member.System.Settings.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("p4ss", member.System.Settings.Config.ToString(true), StringComparison.Ordinal);
    }

    private static async Task<ChannelsUnavailableException> UnavailableAsync(Func<Task> change) =>
        await Assert.ThrowsAsync<ChannelsUnavailableException>(change).WaitAsync(Patience);

    /// <summary>Tries until it is possible: a lost connection is noticed with its use, and a journal that failed has a moment's rest.</summary>
    private static async Task EventuallyAsync(Func<Task> change)
    {
        for (var begun = Stopwatch.GetTimestamp(); ;)
        {
            try
            {
                await change();
                return;
            }
            catch (ChannelsUnavailableException) when (Stopwatch.GetElapsedTime(begun) < Patience)
            {
                await Task.Delay(100);
            }
        }
    }
}
