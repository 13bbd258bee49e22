using Akka.Actor;
using Microsoft.Extensions.Logging.Abstractions;
using Streaming.Cluster.Broadcasts;
using Streaming.Cluster.Channels;
using Streaming.Cluster.Membership;
using Streaming.Cluster.Tests.Databases;
using Streaming.Cluster.Tests.Membership;
using Streaming.Pipeline.Rtmp;
using Streaming.Pipeline.Storage.Memory;

namespace Streaming.Cluster.Tests.Channels;

/// <summary>Channels are what their entities have stored: no more, no less, and after a restart too.</summary>
public sealed class ChannelRegistryTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private ClusterMember _member = null!;

    private ChannelDirectory Directory => _member.Directory;

    private ChannelRegistry Registry => _member.Registry;

    public async ValueTask InitializeAsync() => _member = await ClusterMember.StartAsync(_folder);

    public async ValueTask DisposeAsync()
    {
        await _member.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Put_New_GivesTheKeyOnce()
    {
        var (channel, key) = await Registry.PutAsync("news", "The News");
        var (same, again) = await Registry.PutAsync("news", null);

        Assert.Equal(("news", "The News"), (channel!.Slug, channel.Title));
        Assert.Matches("^[A-Za-z0-9_-]{32}$", key);
        Assert.Equal(channel, same);
        Assert.Null(again);
        Assert.Equal(channel, Directory.FindByStreamKey(key!));
    }

    [Fact]
    public async Task Everything_AfterARestart_IsAsItWas()
    {
        var key = (await Registry.PutAsync("news", "Älter 'n' \"quoted\"; DROP TABLE channels")).StreamKey!;
        var old = (await Registry.PutAsync("art", null)).StreamKey!;
        await Registry.PutAsync("art", "The Art");
        var changed = await Registry.ChangeStreamKeyAsync("art");
        await Registry.PutAsync("gone", null);
        Assert.True(await Registry.DeleteAsync("gone"));
        await Registry.ClearAsync("gone");
        var all = Directory.All;

        for (var run = 0; run < 2; run++)
        {
            await RestartAsync();

            Assert.Equal(all, Directory.All);
            Assert.Equal(["The Art", all[1].Title], Directory.All.Select(channel => channel.Title));
            Assert.Equal("news", Directory.FindByStreamKey(key)?.Slug);
            Assert.Equal("art", Directory.FindByStreamKey(changed!)?.Slug);
            Assert.Null(Directory.FindByStreamKey(old));
            Assert.Empty(Directory.Leaving);
        }
    }

    [Fact]
    public async Task Delete_ForgetsTheKey_AndKeepsTheNameUntilNothingIsLeft()
    {
        var key = (await Registry.PutAsync("news", null)).StreamKey!;

        Assert.True(await Registry.DeleteAsync("news"));
        Assert.False(await Registry.DeleteAsync("news"));
        Assert.Null(Directory.FindByStreamKey(key));
        Assert.Null(await Registry.ChangeStreamKeyAsync("news"));
        await RestartAsync();
        Assert.Equal(["news"], Directory.Leaving);
        Assert.Null((await Registry.PutAsync("news", null)).Channel);

        await Registry.ClearAsync("news");
        Assert.Empty(Directory.Leaving);
        Assert.NotNull((await Registry.PutAsync("news", null)).StreamKey);
    }

    [Fact]
    public async Task Change_JournalRefuses_ChangesNothing_AndIsPossibleLater()
    {
        var key = (await Registry.PutAsync("news", "The News")).StreamKey!;
        using (Refusing.Changes(_folder["events.db"], "INSERT", "journal"))
        {
            var refusal = await Assert.ThrowsAsync<ChannelsUnavailableException>(() => Registry.DeleteAsync("news"));
            Assert.Contains("refused by the test", refusal.Message, StringComparison.Ordinal);
            await Assert.ThrowsAsync<ChannelsUnavailableException>(() => Registry.ChangeStreamKeyAsync("news"));
            await Assert.ThrowsAsync<ChannelsUnavailableException>(() => Registry.PutAsync("news", "Other"));
            await Assert.ThrowsAsync<ChannelsUnavailableException>(() => Registry.PutAsync("art", null));
            AssertUnchanged();
        }

        await RestartAsync();
        AssertUnchanged();
        Assert.True(await Registry.DeleteAsync("news"));

        void AssertUnchanged()
        {
            var all = Assert.Single(Directory.All);
            Assert.Equal(("news", "The News"), (all.Slug, all.Title));
            Assert.Equal("news", Directory.FindByStreamKey(key)?.Slug);
            Assert.Empty(Directory.Leaving);
        }
    }

    [Fact]
    public async Task Delete_DiskIsFull_GivesUpTheSpareSpaceAndTriesOnceMore()
    {
        var spare = new FileInfo(_folder["events.db.spare"]);
        using var journal = new EventJournal(_folder["events.db"]);
        var scripted = _member.System.ActorOf(Props.Create(() => new Scripted(
            new ChannelAnswer.Failed("database or disk is full", true), new ChannelAnswer.Done(2, null))));
        var registry = new ChannelRegistry(Directory, () => scripted, journal, () => "node", TimeProvider.System);
        Assert.True(spare.Exists);

        Assert.True(await registry.DeleteAsync("news"));

        spare.Refresh();
        Assert.False(spare.Exists);
    }

    [Fact]
    public async Task Put_SameSlugByManyAtOnce_GivesOneKey()
    {
        var made = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ => (await Registry.PutAsync("news", null)).StreamKey));

        Assert.Single(made, key => key is not null);
    }

    [Fact]
    public async Task Put_BeyondChannelsMax_IsRefused()
    {
        await Registry.PutAsync("mine", null);
        for (var index = 1; index < ChannelRegistry.ChannelsMax; index++)
        {
            Directory.Apply(1, new ChannelCreated($"channel-{index}", "", $"hash-{index}", DateTimeOffset.UnixEpoch));
        }

        await Assert.ThrowsAsync<InvalidOperationException>(() => Registry.PutAsync("one-more", null));
        Assert.Equal("still renamed", (await Registry.PutAsync("mine", "still renamed")).Channel!.Title);
    }

    [Fact]
    public async Task Claim_WithEachRunOfTheNode_HasAHigherEpoch()
    {
        var key = (await Registry.PutAsync("news", null)).StreamKey!;
        var last = 0L;
        for (var run = 0; run < 4; run++)
        {
            var epoch = await Registry.ClaimAsync("news", key);
            Assert.True(epoch > last);
            Assert.Equal(epoch, await Registry.ClaimAsync("news", key));
            last = epoch!.Value;
            await RestartAsync();
        }

        Assert.Null(await Registry.ClaimAsync("news", "another key"));
        Assert.Null(await Registry.ClaimAsync("nothing", key));
        var changed = await Registry.ChangeStreamKeyAsync("news");
        Assert.Null(await Registry.ClaimAsync("news", key));
        Assert.True(await Registry.ClaimAsync("news", changed!) > last);
    }

    [Fact]
    public async Task Broadcasts_OneAfterAnother_AreInTheJournalWithTheirEpochs()
    {
        var key = (await Registry.PutAsync("news", null)).StreamKey!;
        await using var channels = new LiveChannels(
            () => _member.System, Directory, new BroadcastOptions { Ladder = new() { Enabled = false } }, new MemoryStorage(1 << 20),
            TimeProvider.System, NullLogger<LiveChannel>.Instance,
            claims: new ChannelClaims(Registry, NullLogger<ChannelClaims>.Instance));
        var ids = new List<string>();
        for (var i = 0; i < 2; i++)
        {
            var answer = await channels.AuthorizeAsync(new PublishRequest("live", key, null, "1"), CancellationToken.None);
            ids.Add(channels.Find("news")!.Newest!.Id);
            if (i == 0)
            {
                await Assert.IsType<PublishAnswer.Accepted>(answer).Publication.EndAsync(PublicationEnd.Unpublished);
            }
        }

        await channels.StopAsync(); // The second is told of when the node ends.

        Assert.Equal(
            [
                "1 ChannelCreated",
                "2 ClaimGranted", $"3 {new BroadcastEnded("news", 2, ids[0])}", $"4 {new ClaimReleased("news", 2)}",
                "5 ClaimGranted", $"6 {new BroadcastEnded("news", 5, ids[1])}", $"7 {new ClaimReleased("news", 5)}",
            ],
            Events().Select(static stored =>
                $"{stored.SequenceNr} {(stored.Event is ChannelCreated or ClaimGranted ? stored.Event.GetType().Name : stored.Event)}"));
        await RestartAsync();
        Assert.Equal(8, await Registry.ClaimAsync("news", key));
    }

    [Fact]
    public async Task EndInterrupted_OfAKilledRun_IsStoredUnderItsOwnEpochBeforeTheNextClaim()
    {
        var key = (await Registry.PutAsync("news", null)).StreamKey!;
        Assert.Equal(2, await Registry.ClaimAsync("news", key));
        await RestartAsync();

        var claims = new ChannelClaims(Registry, NullLogger<ChannelClaims>.Instance);
        var told = claims.EndInterruptedAsync("news", 2, "cut-off");
        Assert.Equal(5, await Registry.ClaimAsync("news", key));
        await told;
        await claims.EndInterruptedAsync("news", 2, "cut-off"); // Told again, it is refused: the channel has a newer origin.

        Assert.Equal(
            [$"3 {new BroadcastEnded("news", 2, "cut-off")}", $"4 {new ClaimReleased("news", 2)}"],
            Events().Where(static stored => stored.Event is BroadcastEnded or ClaimReleased).Select(
                static stored => $"{stored.SequenceNr} {stored.Event}"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Claim_AfterTheJournalWasLost_HasAHigherEpochThanAnyThatIsKnown(bool isLost)
    {
        var key = (await Registry.PutAsync("news", null)).StreamKey!;
        await RestartAsync(); // The copy is made with a start.
        await _member.DisposeAsync();
        if (isLost)
        {
            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
            Array.ForEach(System.IO.Directory.GetFiles(_folder.Path, "events.db*"), File.Delete);
        }

        for (var run = 0; run < 2; run++)
        {
            _member = await ClusterMember.StartAsync(_folder, given: [("news", 41), ("gone", 17)]);
            Assert.Equal("news", Directory.FindByStreamKey(key)?.Slug);
            Assert.Equal("news", Assert.Single(Directory.All).Slug);
            Assert.Empty(Directory.Leaving);
            Assert.Equal(42 + run, await Registry.ClaimAsync("news", key));
            await _member.DisposeAsync();
        }

        _member = await ClusterMember.StartAsync(_folder);
        var made = (await Registry.PutAsync("gone", null)).StreamKey!;
        Assert.Equal(19, await Registry.ClaimAsync("gone", made));
    }

    private List<(long SequenceNr, IChannelEvent Event)> Events()
    {
        using var journal = new EventJournal(_folder["events.db"]);
        return [.. new ChannelJournal(journal).After(0)];
    }

    private async Task RestartAsync()
    {
        await _member.DisposeAsync();
        _member = await ClusterMember.StartAsync(_folder);
    }

    /// <summary>Gives these answers, one after another.</summary>
    private sealed class Scripted(params ChannelAnswer[] answers) : UntypedActor
    {
        private int _next;

        protected override void OnReceive(object message) => Sender.Tell(answers[_next++]);
    }
}
