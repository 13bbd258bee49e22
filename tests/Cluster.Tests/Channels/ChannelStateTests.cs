using Streaming.Cluster.Channels;

namespace Streaming.Cluster.Tests.Channels;

/// <summary>What a channel decides, and what its events add up to.</summary>
public sealed class ChannelStateTests
{
    private static readonly DateTimeOffset At = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly ChannelCreated Created = new("news", "The News", "hash", At);

    [Fact]
    public void Put_New_IsCreatedWithItsTitleOrItsSlug()
    {
        Assert.Equal(Created, Decided(ChannelState.None, new PutChannel("news", "The News", "hash", At)));
        Assert.Equal(
            new ChannelCreated("news", "news", "hash", At), Decided(ChannelState.None, new PutChannel("news", null, "hash", At)));
    }

    [Fact]
    public void Put_Again_KeepsTheKeyAndChangesTheTitleAlone()
    {
        var state = After(Created);

        Assert.Equal(new ChannelRenamed("news", "Other"), Decided(state, new PutChannel("news", "Other", "hash-2", At)));
        Assert.Equal(new ChannelAnswer.Done(7, null), Answered(state, new PutChannel("news", null, "hash-2", At)));
        Assert.Equal(new ChannelAnswer.Done(7, null), Answered(state, new PutChannel("news", "The News", "hash-2", At)));
        var renamed = state.After(new ChannelRenamed("news", "Other"), 2);
        Assert.Equal((new Channel("news", "Other", At), "hash"), (renamed.Channel, renamed.KeyHash));
    }

    [Fact]
    public void NoChannel_RefusesAllButPut()
    {
        foreach (var command in new IChannelCommand[]
        {
            new ChangeStreamKey("news", "hash"), new DeleteChannel("news"), new ClaimChannel("news", "hash", "node"),
            new EndBroadcast("news", 1, "b1"), new ReleaseChannel("news", 1),
        })
        {
            Assert.Equal(new ChannelAnswer.Refused(ChannelRefusal.NoChannel), Answered(ChannelState.None, command));
        }
    }

    [Fact]
    public void Deleted_IsMadeAgainOnlyWhenNothingIsLeft()
    {
        var state = After(Created, new ChannelDeleted("news"));

        Assert.Null(state.Channel);
        Assert.True(state.IsLeaving);
        Assert.Equal(new ChannelAnswer.Refused(ChannelRefusal.Leaving), Answered(state, new PutChannel("news", null, "hash-2", At)));
        Assert.Equal(new ChannelAnswer.Refused(ChannelRefusal.NoChannel), Answered(state, new DeleteChannel("news")));
        Assert.Equal(new ChannelCleared("news"), Decided(state, new ClearChannel("news")));

        var cleared = state.After(new ChannelCleared("news"), 3);
        Assert.Equal(ChannelState.None, cleared);
        Assert.IsType<ChannelCreated>(Decided(cleared, new PutChannel("news", null, "hash-2", At)));
        Assert.Equal(new ChannelAnswer.Done(7, null), Answered(cleared, new ClearChannel("news")));
    }

    [Fact]
    public void Claim_OfTheSameNode_KeepsItsEpoch_OfAnother_GetsAHigherOne()
    {
        var state = After(Created, new ClaimGranted("news", "one"));

        Assert.Equal(new ChannelAnswer.Done(2, null), Answered(state, new ClaimChannel("news", "hash", "one")));
        Assert.Equal(new ClaimGranted("news", "two"), Decided(state, new ClaimChannel("news", "hash", "two")));
        Assert.Equal(("two", 3L), state.After(new ClaimGranted("news", "two"), 3).Origin);
    }

    [Fact]
    public void Claim_WithAnotherKey_IsRefused()
    {
        var state = After(Created, new StreamKeyChanged("news", "hash-2"));

        Assert.Equal(new ChannelAnswer.Refused(ChannelRefusal.WrongKey), Answered(state, new ClaimChannel("news", "hash", "one")));
        Assert.IsType<ClaimGranted>(Decided(state, new ClaimChannel("news", "hash-2", "one")));
    }

    [Fact]
    public void Claim_AfterARelease_HasAHigherEpochThoughTheNodeIsTheSame()
    {
        var state = After(Created, new ClaimGranted("news", "one"), new ClaimReleased("news", 2));

        Assert.Equal((null, 2L), state.Origin);
        Assert.Equal(new ClaimGranted("news", "one"), Decided(state, new ClaimChannel("news", "hash", "one")));
        Assert.Equal(("one", 4L), state.After(new ClaimGranted("news", "one"), 4).Origin);
    }

    [Fact]
    public void EndAndRelease_OfTheNewestClaim_AreStored_OfOthers_AreRefused()
    {
        var state = After(Created, new ClaimGranted("news", "one"), new ClaimGranted("news", "two"));
        foreach (var other in (long[])[0, 2, 4])
        {
            var refused = new ChannelAnswer.Refused(ChannelRefusal.OtherEpoch);
            Assert.Equal(refused, Answered(state, new EndBroadcast("news", other, "b1")));
            Assert.Equal(refused, Answered(state, new ReleaseChannel("news", other)));
        }

        Assert.Equal(new BroadcastEnded("news", 3, "b1"), Decided(state, new EndBroadcast("news", 3, "b1")));
        Assert.Equal(new ClaimReleased("news", 3), Decided(state, new ReleaseChannel("news", 3)));
        Assert.Equal(state, state.After(new BroadcastEnded("news", 3, "b1"), 4));
    }

    [Fact]
    public void Release_Again_ChangesNothing()
    {
        var state = After(Created, new ClaimGranted("news", "one"), new ClaimReleased("news", 2));

        Assert.Equal(new ChannelAnswer.Done(7, null), Answered(state, new ReleaseChannel("news", 2)));
        Assert.Equal(new BroadcastEnded("news", 2, "b1"), Decided(state, new EndBroadcast("news", 2, "b1")));
    }

    [Fact]
    public void CreatedAgain_HasNothingOfTheOneBefore()
    {
        var again = Created with { KeyHash = "hash-2" };

        var state = After(Created, new ClaimGranted("news", "one"), new ChannelDeleted("news"), new ChannelCleared("news"), again);

        Assert.Equal(ChannelState.None with { Channel = new Channel("news", "The News", At), KeyHash = "hash-2" }, state);
    }

    private static ChannelState After(params IChannelEvent[] events) =>
        events.Index().Aggregate(ChannelState.None, static (state, happened) => state.After(happened.Item, happened.Index + 1));

    private static IChannelEvent? Decided(ChannelState state, IChannelCommand command)
    {
        var (happened, answer) = state.Decide(command, 7);
        Assert.Null(answer);
        return happened;
    }

    private static ChannelAnswer? Answered(ChannelState state, IChannelCommand command)
    {
        var (happened, answer) = state.Decide(command, 7);
        Assert.Null(happened);
        return answer;
    }
}
