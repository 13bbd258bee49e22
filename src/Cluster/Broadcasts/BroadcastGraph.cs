using Akka.Streams;
using Akka.Streams.Dsl;
using Streaming.Cluster.Broadcasts.Source;
using Streaming.Cluster.Broadcasts.Window;
using Streaming.Cluster.Graphs;

namespace Streaming.Cluster.Broadcasts;

/// <summary>
/// How the parts of a broadcast are put together.
/// <code>
/// publications ─► Ingress ─► SourceStage ─► TimelineStage ─► BoundedBuffer ║ store, journal
///  a tag at a time              │ copies, never waits ▲
///                               └─► runs ─► Ingress ──┘
/// </code>
/// What is left of ║ is one island, which runs on the thread that brings the data (<see cref="Inline"/>) and has demand all the time: it makes nobody
/// wait but by being busy. What is right of it may take its time.
/// </summary>
internal static class BroadcastGraph
{
    /// <summary>Makes the graph and lets it run. The task ends with it: when it has archived everything, or has failed.</summary>
    public static Task Run(Broadcast broadcast, IMaterializer materializer)
    {
        var graph = GraphDsl.Create(broadcast.Archive.ToSink(), (builder, archive) =>
        {
            var source = builder.Add(broadcast.Ingress.ToSource());
            var segment = builder.Add(new SourceStage(broadcast.Source));
            var rungs = builder.Add(broadcast.Rungs.Made.ToSource());
            var timeline = builder.Add(new TimelineStage(broadcast.Timeline, broadcast.Archive, broadcast.Source.Fail));
            builder.From(source).To(segment.Inlet);
            builder.From(segment.Outlet).To(timeline.In0);
            builder.From(rungs).To(timeline.In1);
            builder.From(timeline.Out).To(archive.Inlet);
            return ClosedShape.Instance;
        });
        return RunnableGraph.FromGraph(graph)
            .WithAttributes(ActorAttributes.CreateDispatcher(Inline.Dispatcher))
            .Run(materializer);
    }
}
