using Akka.Actor;
using Akka.Cluster.Tools.PublishSubscribe;
using Akka.TestKit;
using Microsoft.Extensions.Logging.Abstractions;
using Streaming.Cluster.Channels;

namespace Streaming.Cluster.Tests.Channels;

/// <summary>A node hears of the changes that others asked for.</summary>
public sealed class ChannelFollowerTests : Akka.TestKit.Xunit.TestKit
{
    private static readonly ChannelCreated Created = new("news", "The News", "hash", DateTimeOffset.UnixEpoch);

    private readonly TemporaryFolder _folder = new();
    private readonly ChannelDirectory _directory;
    private readonly TestProbe _mediator;
    private readonly IActorRef _follower;

    public ChannelFollowerTests()
        : base("akka { loglevel = OFF, stdout-loglevel = OFF, log-dead-letters = off, test.single-expect-default = 30s }")
    {
        _directory = new ChannelDirectory(_folder["channels.db"], NullLogger.Instance);
        _mediator = CreateTestProbe();
        _follower = Sys.ActorOf(Props.Create(() => new ChannelFollower(_directory, _mediator)));
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _directory.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Start_SubscribesToTheNewsOfAllChannels()
    {
        var subscribed = await _mediator.ExpectMsgAsync<Subscribe>();

        Assert.Equal((_follower, "channels"), (subscribed.Ref, subscribed.Topic));
    }

    [Fact]
    public async Task News_OnceOrTwiceOrLate_LeavesTheDirectoryWithTheNewest()
    {
        var renamed = new ChannelNews(2, new ChannelRenamed("news", "Other"));
        foreach (var news in (object[])[new ChannelNews(1, Created), renamed, renamed, new ChannelNews(1, Created), "no news"])
        {
            _follower.Tell(news);
        }

        await DoneAsync();
        Assert.Equal("Other", _directory.Find("news")?.Title);
        Assert.Equal("news", Assert.Single(_directory.All).Slug);
    }

    [Fact]
    public async Task News_OfAChannelWhoseBeginningWasMissed_EndNoFollower()
    {
        await _mediator.ExpectMsgAsync<Subscribe>();
        _follower.Tell(new ChannelNews(2, new ChannelRenamed("news", "Other")));

        await _mediator.ExpectMsgAsync<Subscribe>(); // It begins anew.
        _follower.Tell(new ChannelNews(1, Created with { Slug = "art" }));

        await DoneAsync();
        Assert.NotNull(_directory.Find("art"));
        Assert.Null(_directory.Find("news"));
    }

    /// <summary>It has dealt with everything before.</summary>
    private Task<ActorIdentity> DoneAsync() => _follower.Ask<ActorIdentity>(new Identify(null)).WaitAsync(RemainingOrDefault);
}
