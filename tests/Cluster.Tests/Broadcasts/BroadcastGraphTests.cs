using Akka.Actor;
using Akka.Streams;
using Akka.Streams.Dsl;
using Akka.Streams.TestKit;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Streaming.Cluster.Broadcasts;
using Streaming.Cluster.Broadcasts.Source;
using Streaming.Cluster.Channels;
using Streaming.Cluster.Graphs;
using Streaming.Cluster.Tests.Graphs;
using Streaming.Pipeline.Flv;
using Streaming.Pipeline.Rtmp;
using Streaming.Pipeline.Tests;

namespace Streaming.Cluster.Tests.Broadcasts;

/// <summary>A broadcast's graph: who waits for whom, and that nothing is left of it.</summary>
public sealed class BroadcastGraphTests : Akka.TestKit.Xunit.TestKit
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
    private readonly TemporaryFolder _folder = new();
    private readonly ScriptedStorage _storage = new();
    private readonly ChannelDirectory _directory;
    private readonly LiveChannels _channels;
    private readonly string _key;

    public BroadcastGraphTests()
        : base(TestActors.Configuration)
    {
        _directory = new ChannelDirectory(_folder["channels.db"], NullLogger.Instance);
        _key = _directory.Put("mine", null).StreamKey!;
        _channels = new LiveChannels(
            () => Sys, _directory, new BroadcastOptions { Ladder = new() { Enabled = false } }, _storage, _time, NullLogger<LiveChannel>.Instance);
    }

    private LiveChannel Channel => _channels.Find("mine")!;

    public override async ValueTask DisposeAsync()
    {
        _storage.Gate?.TrySetResult();
        await _channels.DisposeAsync();
        await base.DisposeAsync();
        _directory.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Tag_WithoutDemand_MakesThePublisherWait()
    {
        var ingress = new Ingress<SourceEvent>(static _ => false, static _ => { });
        var probe = ingress.ToSource().ToMaterialized(this.SinkProbe<SourceEvent>(), Keep.Right).Run(Sys.Materializer());
        var publication = new LivePublication(ActorRefs.Nobody);
        publication.Enter(ingress);

        var sending = publication.WriteAsync(new FlvTag(FlvTagType.Audio, 0, new byte[10]), CancellationToken.None).AsTask();
        var came = (SourceEvent.TagCame)await probe.RequestNextAsync();
        Assert.False(sending.IsCompleted); // It is on its way, and has not been dealt with.
        Assert.True(publication.IsWaiting);

        came.Publication.Next();
        await sending.WaitAsync(Patience);
        Assert.False(publication.IsWaiting);
    }

    [Fact]
    public async Task Publisher_WhoseConnectionEndsWhileItWaits_WaitsNoLonger()
    {
        var publication = new LivePublication(ActorRefs.Nobody);
        publication.Enter(new Ingress<SourceEvent>(static _ => false, static _ => { }));
        using var ends = new CancellationTokenSource();
        var sending = publication.WriteAsync(new FlvTag(FlvTagType.Audio, 0, new byte[10]), ends.Token).AsTask();

        await ends.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending.WaitAsync(Patience));
    }

    [Fact]
    public async Task Storage_ThatHangs_HoldsNobodyUp()
    {
        _storage.Gate = new TaskCompletionSource();
        var publication = await BeginAsync();

        await FeedAsync(publication, seconds: 300);

        Assert.True(Channel.Newest!.Archive.Unstored > 0);
        Assert.Null(publication.RevokedReason);
        Assert.InRange(Channel.Newest.Snapshot!.Find("source")!.Segments[^1].Boundary.MediaSequence, 147, 149);
    }

    [Fact]
    public async Task Graph_ThatFailsByItself_EndsItsBroadcastAlone()
    {
        var first = await BeginAsync();
        await FeedAsync(first, seconds: 5);
        var broadcast = Channel.Newest!;
        broadcast.Rungs.Made.Send(null!); // No stage takes that.

        await AwaitConditionAsync(() => Task.FromResult(first.Revoked.IsCancellationRequested), Patience);
        Assert.Contains("failed", first.RevokedReason, StringComparison.Ordinal);
        await AwaitConditionAsync(() => Task.FromResult(broadcast.Snapshot!.IsEnded && Channel.Status.Broadcast is null), Patience);
        var second = await BeginAsync();
        await FeedAsync(second, seconds: 5);
        Assert.NotEqual(broadcast, Channel.Newest);
        Assert.True(SecondsListed() > 2);
    }

    [Fact]
    public async Task Broadcasts_TwoHundredOfThem_LeaveNothing()
    {
        var gone = await PublishManyAsync(200);

        // Each waits for its retention; the second in which that passes lets go of it.
        _time.Advance(TimeSpan.FromMinutes(2));
        await AwaitConditionAsync(() => Task.FromResult(Channel.Newest is null), Patience);
        await AwaitConditionAsync(() => Task.FromResult(ActorsBelow(Channel.Supervisor) == 1), Patience); // The materializer's own.
        await AwaitConditionAsync(() => Task.FromResult(_storage.UsedBytes == 0), Patience);
        await AwaitConditionAsync(
            () =>
            {
                GC.Collect();
                return Task.FromResult(gone.Count(static broadcast => broadcast.IsAlive) <= 1); // The newest may be in somebody's hands.
            },
            Patience);

        var supervisor = Channel.Supervisor;
        Watch(supervisor);
        await _channels.RemoveAsync("mine").WaitAsync(Patience);
        await ExpectTerminatedAsync(supervisor, Patience);
    }

    private async Task<List<WeakReference>> PublishManyAsync(int count)
    {
        var broadcasts = new List<WeakReference>();
        for (var i = 0; i < count; i++)
        {
            var publication = await BeginAsync();
            await FeedAsync(publication, seconds: 3);
            broadcasts.Add(new WeakReference(Channel.Newest));
            await publication.EndAsync(PublicationEnd.Unpublished);
            await AwaitConditionAsync(() => Task.FromResult(Channel.Status.Broadcast is null), Patience);
        }

        return broadcasts;
    }

    private static int ActorsBelow(IActorRef actor)
    {
        var children = ((ActorRefWithCell)actor).Children.ToList();
        return children.Count + children.Sum(ActorsBelow);
    }

    private double SecondsListed() => Channel.Newest!.Snapshot!.Find("source")!.Segments.Sum(segment => segment.Duration) / 90_000.0;

    private async Task<Publication> BeginAsync()
    {
        var answer = await _channels.AuthorizeAsync(new PublishRequest("live", _key, null, "1"), CancellationToken.None);
        return Assert.IsType<PublishAnswer.Accepted>(answer).Publication;
    }

    /// <summary>The same second again and again, as fast as it is taken.</summary>
    private async Task FeedAsync(Publication publication, int seconds)
    {
        var piece = await TestMedia.ReadTagsAsync(
            await TestMedia.FlvAsync("25", 0, 25, "320x180", seconds: 1, videoOptions: "-preset ultrafast"));
        for (var second = 0; second < seconds; second++)
        {
            foreach (var tag in piece.Where(tag => second == 0 || tag.Body.Span[1] != 0))
            {
                await publication.WriteAsync(new FlvTag(tag.Type, (uint)(second * 1000) + tag.TimestampMs, tag.Body), CancellationToken.None);
            }

            _time.Advance(TimeSpan.FromSeconds(1));
        }
    }
}
