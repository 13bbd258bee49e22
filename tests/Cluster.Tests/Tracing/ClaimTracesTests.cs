using System.Diagnostics;
using Akka.Actor;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Streaming.Cluster.Channels;
using Streaming.Cluster.Membership;
using Streaming.Cluster.Tracing;

namespace Streaming.Cluster.Tests.Tracing;

/// <summary>A claim is told as who asked, who decided, and what was stored, wherever each of them is.</summary>
[Collection(nameof(HeardAlone))]
public sealed class ClaimTracesTests : Akka.TestKit.Xunit.TestKit
{
    private readonly FakeTimeProvider _time = new();
    private readonly TemporaryFolder _folder = new();
    private readonly ChannelDirectory _directory;
    private readonly EventJournal _journal;
    private readonly ChannelRegistry _registry;
    private IActorRef _receiver;

    public ClaimTracesTests()
        : base("akka { loglevel = OFF, stdout-loglevel = OFF, log-dead-letters = off }")
    {
        _directory = new ChannelDirectory(_folder["channels.db"], NullLogger.Instance);
        _journal = new EventJournal(_folder["events.db"]);
        var entity = Sys.ActorOf(ChannelHosting.PropsOf("news", null));
        _receiver = Sys.ActorOf(Props.Create(() => new Crossing(entity)));
        _registry = new ChannelRegistry(_directory, () => _receiver, _journal, () => "node", _time);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _journal.Dispose();
        _directory.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Claim_IsOneTrace_FromWhoAsksToWhatIsStored()
    {
        var key = (await _registry.PutAsync("news", null)).StreamKey!;
        using var heard = new HeardActivities();

        Assert.NotNull(await _registry.ClaimAsync("news", key));

        var asked = await heard.OneAsync("channel/claim", ActivityKind.Client);
        var decided = await heard.OneAsync("channel/claim", ActivityKind.Server);
        var stored = await heard.OneAsync("INSERT journal", ActivityKind.Client);
        Assert.Null(asked.ParentId);
        Assert.Equal([asked.TraceId, asked.TraceId], [decided.TraceId, stored.TraceId]);
        Assert.Equal([asked.SpanId, decided.SpanId], [decided.ParentSpanId, stored.ParentSpanId]);
        Assert.True(decided.HasRemoteParent);
        Assert.All([asked, decided], activity =>
        {
            Assert.Equal("news", activity.GetTagItem("streaming.channel"));
            Assert.Equal("stored", activity.GetTagItem("streaming.outcome"));
            Assert.Equal(ActivityStatusCode.Unset, activity.Status);
        });
        Assert.Equal("INSERT", stored.GetTagItem("db.operation.name"));
        Assert.InRange(stored.StartTimeUtc, asked.StartTimeUtc, asked.StartTimeUtc + asked.Duration);
        Assert.DoesNotContain(heard.Ended.SelectMany(activity => activity.Tags), tag =>
            tag.Value!.Contains(key, StringComparison.Ordinal)
            || tag.Value.Contains(ChannelDirectory.Hash(key), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Claim_ThatIsRefused_StoresNothing()
    {
        await _registry.PutAsync("news", null);
        using var heard = new HeardActivities();

        Assert.Null(await _registry.ClaimAsync("news", "another key"));

        var decided = await heard.OneAsync("channel/claim", ActivityKind.Server);
        Assert.Equal("refused", decided.GetTagItem("streaming.outcome"));
        Assert.DoesNotContain(heard.Ended, activity => activity.OperationName == "INSERT journal");
    }

    [Fact]
    public async Task Claim_WithoutAnAnswer_HasFailed()
    {
        using var heard = new HeardActivities();
        _receiver = CreateTestProbe();

        var claiming = _registry.ClaimAsync("news", "key");
        _time.Advance(ChannelRegistry.PublisherPatience);
        await Assert.ThrowsAsync<ChannelsUnavailableException>(() => claiming);

        var asked = await heard.OneAsync("channel/claim", ActivityKind.Client);
        Assert.Equal((ActivityStatusCode.Error, (object)"unanswered"), (asked.Status, asked.GetTagItem("error.type")!));
    }

    [Fact]
    public async Task Claim_WithNobodyWhoListens_IsSentAsEver_AndMakesNothing()
    {
        var region = CreateTestProbe();
        _receiver = region;
        var claiming = _registry.ClaimAsync("news", "key");

        Assert.Null((await region.ExpectMsgAsync<ClaimChannel>()).TraceParent);
        region.Reply(new ChannelAnswer.Refused(ChannelRefusal.NoChannel));
        await claiming;
        Measure(); // What the first calls cost once.
        Assert.Equal(0, Measure());

        static long Measure()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 1_000; i++)
            {
                Traces.Begin("segment/store", ActivityKind.Internal)?.Dispose();
                Traces.BeginLong("run/start", ActivityKind.Server, null)?.Stop();
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }
}
