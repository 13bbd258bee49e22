using Akka.TestKit;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Streaming.Cluster.Channels;
using Streaming.Cluster.Membership;

namespace Streaming.Cluster.Tests.Channels;

/// <summary>What becomes of operators and publishers whose channel answers late, not at all, or that it failed.</summary>
public sealed class ChannelWaitingTests : Akka.TestKit.Xunit.TestKit
{
    private readonly FakeTimeProvider _time = new();
    private readonly TemporaryFolder _folder = new();
    private readonly ChannelDirectory _directory;
    private readonly EventJournal _journal;
    private readonly TestProbe _region;
    private readonly ChannelRegistry _registry;
    private readonly ChannelClaims _claims;

    public ChannelWaitingTests()
        : base("akka { loglevel = OFF, stdout-loglevel = OFF, log-dead-letters = off, test.single-expect-default = 30s }")
    {
        _directory = new ChannelDirectory(_folder["channels.db"], NullLogger.Instance);
        _journal = new EventJournal(_folder["events.db"]);
        _region = CreateTestProbe();
        _registry = new ChannelRegistry(_directory, () => _region, _journal, () => "node", _time);
        _claims = new ChannelClaims(_registry, NullLogger<ChannelClaims>.Instance);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _journal.Dispose();
        _directory.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Operator_WithoutAnAnswer_HearsInTimeThatItMayBeStoredYet()
    {
        var putting = _registry.PutAsync("news", null);
        var put = await _region.ExpectMsgAsync<PutChannel>();
        _time.Advance(ChannelRegistry.Patience - TimeSpan.FromTicks(1));
        Assert.False(putting.IsCompleted);
        _time.Advance(TimeSpan.FromTicks(1));

        var unavailable = await Assert.ThrowsAsync<ChannelsUnavailableException>(() => putting).WaitAsync(RemainingOrDefault);

        Assert.False(unavailable.IsUnchanged);
        Assert.Contains("20 s", unavailable.Message, StringComparison.Ordinal);
        _region.Reply(new ChannelAnswer.Done(1, new ChannelCreated("news", "news", put.KeyHash, put.At))); // Nobody waits for it.
        Assert.Null(_directory.Find("news"));
    }

    [Fact]
    public async Task Operator_WhoseChangeFailed_HearsThatEverythingIsAsItWas()
    {
        var changing = _registry.ChangeStreamKeyAsync("news");
        await _region.ExpectMsgAsync<ChangeStreamKey>();
        _region.Reply(new ChannelAnswer.Failed("The disk is gone.", false));

        var unavailable = await Assert.ThrowsAsync<ChannelsUnavailableException>(() => changing).WaitAsync(RemainingOrDefault);

        Assert.True(unavailable.IsUnchanged);
        Assert.Equal("The disk is gone.", unavailable.Message);
    }

    [Fact]
    public async Task Operator_WhoseChangeIsInDoubt_HearsSo_AndTheNextAnswerTellsWhatBecameOfIt()
    {
        var putting = _registry.PutAsync("news", "The News");
        var put = await _region.ExpectMsgAsync<PutChannel>();
        new ChannelJournal(_journal).TryBegin([new ChannelCreated("news", "The News", put.KeyHash, put.At)]);
        _region.Reply(new ChannelAnswer.InDoubt("The database gives no answer."));
        var unavailable = await Assert.ThrowsAsync<ChannelsUnavailableException>(() => putting).WaitAsync(RemainingOrDefault);
        Assert.False(unavailable.IsUnchanged);
        Assert.Null(_directory.Find("news"));

        var again = _registry.PutAsync("news", null);
        await _region.ExpectMsgAsync<PutChannel>();
        _region.Reply(new ChannelAnswer.Done(1, null));

        var (channel, key) = await again.WaitAsync(RemainingOrDefault);
        Assert.Equal("The News", channel?.Title);
        Assert.Null(key);
    }

    [Fact]
    public async Task Change_Answered_IsInTheDirectoryBeforeWhoAskedGoesOn()
    {
        var putting = _registry.PutAsync("news", "The News");
        var put = await _region.ExpectMsgAsync<PutChannel>();
        _region.Reply(new ChannelAnswer.Done(1, new ChannelCreated("news", "The News", put.KeyHash, put.At)));

        var (channel, key) = await putting.WaitAsync(RemainingOrDefault);

        Assert.Equal(channel, _directory.FindByStreamKey(key!));
        Assert.Equal(_time.GetUtcNow(), channel!.CreatedAt);
    }

    [Fact]
    public async Task Delete_DiskIsFullWithNothingSpare_IsTriedOnce()
    {
        File.Delete(_folder["events.db.spare"]);
        Directory.CreateDirectory(_folder["events.db.spare"]); // So that none can be kept.
        var deleting = _registry.DeleteAsync("news");
        await _region.ExpectMsgAsync<DeleteChannel>();
        _region.Reply(new ChannelAnswer.Failed("database or disk is full", true));

        var unavailable = await Assert.ThrowsAsync<ChannelsUnavailableException>(() => deleting).WaitAsync(RemainingOrDefault);

        Assert.True(unavailable.IsDiskFull);
        Assert.False(_region.HasMessages);
    }

    [Fact]
    public async Task Publisher_WithoutAnAnswer_IsLetInWhenItsPatienceEnds()
    {
        var claiming = _claims.TryAsync("news", "key");
        var claim = await _region.ExpectMsgAsync<ClaimChannel>();
        Assert.Equal(new ClaimChannel("news", ChannelDirectory.Hash("key"), "node"), claim);
        _time.Advance(ChannelRegistry.PublisherPatience - TimeSpan.FromTicks(1));
        Assert.False(claiming.IsCompleted);

        _time.Advance(TimeSpan.FromTicks(1));

        Assert.Equal(ChannelClaims.Unstored, await claiming.WaitAsync(RemainingOrDefault));
    }

    [Fact]
    public async Task Publisher_WhoseClaimFailed_IsLetInAtOnce()
    {
        var claiming = _claims.TryAsync("news", "key");
        await _region.ExpectMsgAsync<ClaimChannel>();
        _region.Reply(new ChannelAnswer.Failed("The disk is gone.", false));

        Assert.Equal(ChannelClaims.Unstored, await claiming.WaitAsync(RemainingOrDefault));
    }

    [Theory]
    [InlineData(ChannelRefusal.WrongKey)]
    [InlineData(ChannelRefusal.NoChannel)]
    public async Task Publisher_WhomTheChannelRefuses_IsNotLetIn(ChannelRefusal reason)
    {
        var claiming = _claims.TryAsync("news", "key");
        await _region.ExpectMsgAsync<ClaimChannel>();
        _region.Reply(new ChannelAnswer.Refused(reason));

        Assert.Null(await claiming.WaitAsync(RemainingOrDefault));
    }
}
