using Akka.Streams;
using Akka.Streams.Dsl;
using Streaming.Cluster.Broadcasts.Archive;
using Streaming.Cluster.Graphs;
using Streaming.Cluster.Tests.Graphs;

namespace Streaming.Cluster.Tests.Broadcasts;

/// <summary>An archive at the end of a graph that has nothing else.</summary>
internal sealed class RunningArchive
{
    private static readonly ArchiveEntry Last = new("", default, null);

    private readonly SegmentArchive _archive;
    private readonly Ingress<ArchiveEntry> _ingress = new(static entry => entry == Last, static _ => { });

    public RunningArchive(SegmentArchive archive, Task retired)
    {
        _archive = archive;
        var archived = _ingress.ToSource()
            .ToMaterialized(archive.ToSink(), Keep.Right)
            .WithAttributes(ActorAttributes.CreateDispatcher(Inline.Dispatcher))
            .Run(TestActors.Materializer);
        Finished = archive.FinishAsync(archived, retired);
    }

    public Task Finished { get; }

    /// <summary>Passes on what the archive was given.</summary>
    public void Pass()
    {
        foreach (var entry in _archive.TakeEntries())
        {
            _ingress.Send(entry);
        }
    }

    /// <summary>No more comes.</summary>
    public void Complete()
    {
        Pass();
        _ingress.Send(Last);
    }
}
