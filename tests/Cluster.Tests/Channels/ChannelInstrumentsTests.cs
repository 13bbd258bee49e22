using Akka.Actor;
using Akka.Persistence;
using Akka.Persistence.TestKit;
using Streaming.Cluster.Actors;
using Streaming.Cluster.Channels;
using Streaming.Cluster.Tests.Graphs;
using Streaming.Cluster.Tests.Membership;
using Streaming.Pipeline.Tests;

namespace Streaming.Cluster.Tests.Channels;

/// <summary>What is asked of channels is counted by what came of it, and how long their journal takes is told.</summary>
public sealed class ChannelInstrumentsTests : Akka.TestKit.Xunit.TestKit
{
    private static readonly PutChannel Put = new("news", null, "hash", DateTimeOffset.UnixEpoch);

    private readonly TestMeters _meters = new();

    public ChannelInstrumentsTests()
        : base(TestActors.ConfigurationOfAScriptedJournal)
    {
    }

    private ITestJournal Journal => TestJournal.FromRef(Persistence.Instance.Apply(Sys).JournalFor(""));

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _meters.Dispose();
    }

    [Fact]
    public async Task Commands_AreCountedByKindAndOutcome()
    {
        using var folder = new TemporaryFolder();
        await using var member = await ClusterMember.StartAsync(folder, meters: _meters);

        var key = (await member.Registry.PutAsync("news", null)).StreamKey!;
        await member.Registry.PutAsync("news", null);
        var epoch = await member.Registry.ClaimAsync("news", key);
        Assert.Null(await member.Registry.ClaimAsync("news", "another"));
        await member.Registry.EndBroadcastAsync("news", epoch!.Value, "b1");
        await member.Registry.ReleaseAsync("news", epoch.Value);

        Assert.Equal(1, _meters["streaming.channel.commands command=put outcome=stored"]);
        Assert.Equal(1, _meters["streaming.channel.commands command=put outcome=unchanged"]);
        Assert.Equal(1, _meters["streaming.channel.commands command=claim outcome=stored"]);
        Assert.Equal(1, _meters["streaming.channel.commands command=claim outcome=refused"]);
        Assert.Equal(1, _meters["streaming.channel.commands command=end_broadcast outcome=stored"]);
        Assert.Equal(1, _meters["streaming.channel.commands command=release outcome=stored"]);
        Assert.True(_meters["streaming.channel.persist.duration"] > 0);
        Assert.True(_meters["streaming.channel.recovery.duration"] > 0);
    }

    [Fact]
    public async Task Journal_ThatFailsAndRejects_IsCountedAsSuch()
    {
        await Journal.OnWrite.Reject();
        var entity = Entity();
        entity.Tell(Put, TestActor);
        await ExpectMsgAsync<ChannelAnswer.Failed>();
        await Journal.OnWrite.Fail();
        entity.Tell(Put, TestActor);
        await ExpectMsgAsync<ChannelAnswer.Failed>();

        Assert.Equal(1, _meters["streaming.channel.persist.failures kind=rejected"]);
        Assert.Equal(1, _meters["streaming.channel.persist.failures kind=failed"]);
        Assert.Equal(0, _meters["streaming.channel.persist.duration"]);
    }

    [Fact]
    public async Task Recovery_ThatFails_IsCounted()
    {
        var entity = Entity();
        await WatchAsync(entity);
        entity.Tell(Put, TestActor);
        await ExpectMsgAsync<ChannelAnswer.Done>();
        entity.Tell(PoisonPill.Instance);
        await ExpectTerminatedAsync(entity);
        var recoveries = _meters["streaming.channel.recovery.duration"];

        await Journal.OnRecovery.Fail();
        var anew = Entity();
        await WatchAsync(anew);
        await ExpectTerminatedAsync(anew);

        Assert.Equal(1, _meters["streaming.channel.recovery.failures"]);
        Assert.Equal(2, _meters["streaming.actors.stops actor=channel"]);
        Assert.Equal(recoveries, _meters["streaming.channel.recovery.duration"]);
    }

    private IActorRef Entity() => Sys.ActorOf(ChannelHosting.PropsOf(
        "news", null, new ChannelInstruments(_meters, TimeProvider.System), new ActorInstruments(_meters)));
}
