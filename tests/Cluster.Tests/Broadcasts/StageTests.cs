using System.Collections.Immutable;
using Akka.Actor;
using Akka.Streams;
using Akka.Streams.Dsl;
using Akka.Streams.TestKit;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Streaming.Cluster.Broadcasts;
using Streaming.Cluster.Broadcasts.Archive;
using Streaming.Cluster.Broadcasts.Rungs;
using Streaming.Cluster.Broadcasts.Source;
using Streaming.Cluster.Broadcasts.Window;
using Streaming.Cluster.Channels;
using Streaming.Cluster.Graphs;
using Streaming.Cluster.Tests.Graphs;
using Streaming.Pipeline.Flv;
using Streaming.Pipeline.Tests;

namespace Streaming.Cluster.Tests.Broadcasts;

/// <summary>The stages of a broadcast's graph between probes: when they ask, what they pass on, and how they end.</summary>
public sealed class StageTests() : Akka.TestKit.Xunit.TestKit(TestActors.Configuration)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
    private readonly List<PublicationCutOff> _cutOff = [];
    private readonly List<Exception> _failed = [];

    [Fact]
    public async Task Source_WithoutDemand_TakesNothing()
    {
        var broadcast = NewBroadcast();
        var (source, sink) = RunSource(broadcast);
        var publication = new LivePublication(ActorRefs.Nobody);
        await source.SendNextAsync(new SourceEvent.Began(publication));
        await source.ExpectNoMsgAsync(TimeSpan.Zero);
        Assert.False(publication.Refusal.IsCompleted);

        sink.Request(1);

        Assert.Null(await publication.Refusal.WaitAsync(Patience));
        Assert.IsType<SourceChange.LookedAt>(Assert.Single((await sink.ExpectNextAsync()).Changes));
    }

    [Fact]
    public async Task Source_OfWhatNothingComes_AsksForMore()
    {
        var broadcast = NewBroadcast();
        var (source, sink) = RunSource(broadcast);
        var publication = await BeginAsync(source, sink);
        sink.Request(1);
        foreach (var tag in (await TagsAsync()).Take(3))
        {
            await SendAsync(source, publication, tag); // What comes first is held until its pace is known.
        }

        await source.SendNextAsync(SourceEvent.SecondPassed.Instance);
        var changes = (await sink.ExpectNextAsync()).Changes;
        Assert.Contains(changes, change => change is SourceChange.LookedAt);
    }

    [Fact]
    public async Task Source_Over_PassesOnWhatIsLeftAndCompletes()
    {
        var broadcast = NewBroadcast();
        var (source, sink) = RunSource(broadcast);
        var publication = await BeginAsync(source, sink);
        sink.Request(1000);
        _time.Advance(TimeSpan.FromSeconds(1));
        foreach (var tag in await TagsAsync())
        {
            await SendAsync(source, publication, tag);
        }

        await source.SendCompleteAsync();

        var media = new List<SourceMedia>();
        await foreach (var made in sink.ToStrictAsync(Patience))
        {
            media.Add(made);
        }

        Assert.Contains(media[^1].Changes, change => change is SourceChange.Packaged { Rendition: "source" });
        Assert.False(broadcast.Source.Status!.IsConnected);
    }

    [Fact]
    public async Task Source_OverWithNobodyThere_Completes()
    {
        var (source, sink) = RunSource(NewBroadcast());
        sink.Request(1);

        await source.SendCompleteAsync();

        await sink.ExpectCompleteAsync();
    }

    [Fact]
    public async Task Source_ThatCannotReadATag_CutsItsPublisherOffAndTakesTheNext()
    {
        var broadcast = NewBroadcast();
        var (source, sink) = RunSource(broadcast);
        var first = await BeginAsync(source, sink);
        sink.Request(10);
        var hevc = new FlvTag(FlvTagType.Video, 0, new byte[] { 0x1C, 0, 0, 0, 0 }); // Codec 12 of some encoders.
        await SendAsync(source, first, hevc);

        await AwaitConditionAsync(() => Task.FromResult(_cutOff.Count == 1), Patience);
        var next = new LivePublication(ActorRefs.Nobody);
        await source.SendNextAsync(new SourceEvent.Began(next));

        Assert.Equal((first, CutOffReason.Codec), (_cutOff[0].Publication, _cutOff[0].Kind));
        Assert.Null(await next.Refusal.WaitAsync(Patience));
    }

    [Fact]
    public async Task Timeline_WithoutDemandOfTheArchive_GoesOnTaking()
    {
        var broadcast = NewBroadcast();
        var (source, _, sink) = RunTimeline(broadcast);

        foreach (var media in await MediaAsync(broadcast))
        {
            await source.SendNextAsync(media);
        }

        await AwaitConditionAsync(() => Task.FromResult(broadcast.Snapshot?.Renditions[0].Segments.Length >= 2), Patience);
        var entry = await sink.RequestNextAsync();
        Assert.Matches("^live/b1/(source|audio)/0[.]m4s$", entry.Name);
        Assert.Empty(_failed);
    }

    [Fact]
    public async Task Timeline_AfterTheSource_PassesOnWhatIsLeftAndCompletes()
    {
        var broadcast = NewBroadcast();
        var (source, rungs, sink) = RunTimeline(broadcast);
        await rungs.SendCompleteAsync();
        foreach (var media in await MediaAsync(broadcast))
        {
            await source.SendNextAsync(media);
        }

        await source.SendCompleteAsync();

        sink.Request(1000);
        var names = new List<string>();
        await foreach (var entry in sink.ToStrictAsync(Patience))
        {
            names.Add(entry.Name);
        }

        Assert.Contains("live/b1/source/1.m4s", names);
        Assert.True(broadcast.IsEnded);
        await broadcast.Over.WaitAsync(Patience);
    }

    [Fact]
    public async Task Timeline_WhoseArchiveIsGone_GoesOnToItsEnd()
    {
        var broadcast = NewBroadcast();
        var (source, _, sink) = RunTimeline(broadcast);
        sink.Cancel();
        foreach (var media in await MediaAsync(broadcast))
        {
            await source.SendNextAsync(media);
        }

        await source.SendCompleteAsync();

        await broadcast.Over.WaitAsync(Patience);
        Assert.True(broadcast.Snapshot!.Renditions[0].Segments.Length >= 2);
    }

    [Fact]
    public async Task Timeline_ThatCannotPutSomething_TellsAndTakesTheNext()
    {
        var broadcast = NewBroadcast();
        var (source, rungs, _) = RunTimeline(broadcast);
        var ofNothing = new SourceMedia([new SourceChange.Packaged("source", null!)]);

        await source.SendNextAsync(ofNothing);
        await source.SendNextAsync(ofNothing);

        await AwaitConditionAsync(() => Task.FromResult(_failed.Count == 2), Patience);
        await rungs.SendNextAsync(new RungEvent.RunEnded(1, default!)); // Of no run that there is: a fault of the rungs, which stays there.
        await source.SendNextAsync(ofNothing);
        await AwaitConditionAsync(() => Task.FromResult(_failed.Count == 3), Patience);
    }

    private Broadcast NewBroadcast() => new(
        "b1",
        "mine",
        ChannelClaims.Unstored,
        new BroadcastOptions { Ladder = new() { Enabled = false } },
        new ScriptedStorage(),
        recording: null,
        _cutOff.Add,
        runsEnded: static _ => { },
        _time,
        NullLogger.Instance);

    private (TestPublisher.Probe<SourceEvent> Source, TestSubscriber.Probe<SourceMedia> Sink) RunSource(Broadcast broadcast)
    {
        return this.SourceProbe<SourceEvent>()
            .Via(new SourceStage(broadcast.Source))
            .ToMaterialized(this.SinkProbe<SourceMedia>(), Keep.Both)
            .Run(Sys.Materializer());
    }

    private (TestPublisher.Probe<SourceMedia> Source, TestPublisher.Probe<RungEvent> Rungs, TestSubscriber.Probe<ArchiveEntry> Sink) RunTimeline(
        Broadcast broadcast)
    {
        var graph = GraphDsl.Create(
            this.SourceProbe<SourceMedia>(),
            this.SourceProbe<RungEvent>(),
            this.SinkProbe<ArchiveEntry>(),
            (source, rungs, sink) => (source, rungs, sink),
            (builder, source, rungs, sink) =>
            {
                var timeline = builder.Add(new TimelineStage(broadcast.Timeline, broadcast.Archive, _failed.Add));
                builder.From(source.Outlet).To(timeline.In0);
                builder.From(rungs.Outlet).To(timeline.In1);
                builder.From(timeline.Out).To(sink.Inlet);
                return ClosedShape.Instance;
            });
        return RunnableGraph.FromGraph(graph).Run(Sys.Materializer());
    }

    private static LivePublication NewPublication()
    {
        var publication = new LivePublication(ActorRefs.Nobody);
        publication.Enter(new Ingress<SourceEvent>(static _ => false, static _ => { })); // The probe is the way in.
        return publication;
    }

    private static async Task<LivePublication> BeginAsync(
        TestPublisher.Probe<SourceEvent> source, TestSubscriber.Probe<SourceMedia> sink)
    {
        var publication = NewPublication();
        await source.SendNextAsync(new SourceEvent.Began(publication));
        await sink.RequestNextAsync();
        return publication;
    }

    /// <summary>Sends a tag, and waits until the stage has dealt with it.</summary>
    private static async Task SendAsync(TestPublisher.Probe<SourceEvent> source, LivePublication publication, FlvTag tag)
    {
        var taken = publication.WriteAsync(tag, CancellationToken.None).AsTask();
        await source.SendNextAsync(new SourceEvent.TagCame(publication));
        await taken.WaitAsync(Patience);
    }

    /// <summary>Six seconds of a publisher.</summary>
    private static async Task<List<FlvTag>> TagsAsync() => await TestMedia.ReadTagsAsync(
        await TestMedia.FlvAsync("25", 0, 25, "320x360", seconds: 6, videoOptions: "-preset ultrafast"));

    /// <summary>What a source makes of it.</summary>
    private async Task<ImmutableArray<SourceMedia>> MediaAsync(Broadcast broadcast)
    {
        var made = ImmutableArray.CreateBuilder<SourceMedia>();
        var publication = NewPublication();
        var source = broadcast.Source;
        source.Handle(new SourceEvent.Began(publication));
        _time.Advance(TimeSpan.FromSeconds(1));
        foreach (var tag in await TagsAsync())
        {
            var taken = publication.WriteAsync(tag, CancellationToken.None);
            source.Handle(new SourceEvent.TagCame(publication));
            await taken;
            Take();
        }

        source.Close();
        Take();
        return made.DrainToImmutable();

        void Take()
        {
            if (source.Take() is { } media)
            {
                made.Add(media);
            }
        }
    }
}
