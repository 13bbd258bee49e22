using Akka.Actor;
using Akka.Cluster.Sharding;
using Akka.Hosting;
using Streaming.Cluster.Channels;
using Streaming.Cluster.Tests.Membership;

namespace Streaming.Cluster.Tests.Channels;

/// <summary>Entities where they live: one of each in its shard, whose events are in the database of all.</summary>
public sealed class ChannelShardingTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly PutChannel Put = new("news", null, "hash", DateTimeOffset.UnixEpoch);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Owners_TwoOfOneChannel_TheSecondThatWritesIsRefused()
    {
        await using var member = await ClusterMember.StartAsync(_folder);
        var owner = OwnerIn(member);
        await owner.Ask<ChannelAnswer.Done>(Put, Patience);
        await owner.Ask<ChannelAnswer.Done>(new ClaimChannel("news", "hash", "one"), Patience);

        // It has read what there is, and does not hear of what its twin writes: as on two sides of a split.
        var late = OwnerIn(member);
        await late.Ask<ChannelAnswer.Done>(new ClaimChannel("news", "hash", "one"), Patience);
        var claimed = await owner.Ask<ChannelAnswer.Done>(new ClaimChannel("news", "hash", "two"), Patience);
        var refused = await late.Ask<ChannelAnswer>(new ClaimChannel("news", "hash", "three"), Patience);

        Assert.Equal(3, claimed.SequenceNr);
        Assert.Contains("UNIQUE", Assert.IsType<ChannelAnswer.Failed>(refused).Reason, StringComparison.Ordinal);
        var after = await OwnerIn(member).Ask<ChannelAnswer.Done>(new ClaimChannel("news", "hash", "two"), Patience);
        Assert.Equal(new ChannelAnswer.Done(3, null), after);
    }

    [Fact]
    public async Task Entity_StoppedByItsShard_IsBackWithTheNextMessage()
    {
        await using var member = await ClusterMember.StartAsync(_folder);
        using var kit = new Akka.TestKit.Xunit.TestKit(member.System);
        var region = ActorRegistry.For(member.System).Get<ChannelEntity>();
        region.Tell(Put, kit.TestActor);
        var made = await kit.ExpectMsgAsync<ChannelAnswer.Done>(Patience);
        var entity = kit.LastSender;
        await kit.WatchAsync(entity);

        // As when nobody has asked for a while. What comes in this moment waits for the next one.
        ((IInternalActorRef)entity).Parent.Tell(new Passivate(PoisonPill.Instance), entity);
        region.Tell(Put, kit.TestActor);

        await kit.FishForMessageAsync(static message => message is Terminated or ChannelAnswer, Patience);
        await kit.FishForMessageAsync(static message => message is Terminated or ChannelAnswer, Patience);
        region.Tell(Put, kit.TestActor);
        Assert.Equal(made with { Event = null }, await kit.ExpectMsgAsync<ChannelAnswer.Done>(Patience));
        Assert.NotEqual(entity, kit.LastSender);
    }

    private static IActorRef OwnerIn(ClusterMember member) => member.System.ActorOf(ChannelHosting.PropsOf("news", null));
}
