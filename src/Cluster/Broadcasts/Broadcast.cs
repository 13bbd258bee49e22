using Akka.Streams;
using Microsoft.Extensions.Logging;
using Streaming.Cluster.Broadcasts.Archive;
using Streaming.Cluster.Broadcasts.Instruments;
using Streaming.Cluster.Broadcasts.Memory;
using Streaming.Cluster.Broadcasts.Rungs;
using Streaming.Cluster.Broadcasts.Source;
using Streaming.Cluster.Broadcasts.Window;
using Streaming.Cluster.Channels;
using Streaming.Cluster.Graphs;
using Streaming.Cluster.Recordings;
using Streaming.Pipeline.Storage;
using Streaming.Pipeline.Timelines;

namespace Streaming.Cluster.Broadcasts;

/// <summary>
/// One broadcast from its first picture to its last: the parts of its graph (<see cref="BroadcastGraph"/>), and what readers see of them, which is safe
/// from anywhere.
/// </summary>
public sealed class Broadcast : ILiveBroadcast, IAsyncDisposable
{
    // A run lasts for seconds at least, and an origin's broadcast for hours at most.
    private const int RunsPerEpoch = 10_000;

    private readonly TaskCompletionSource _retired = new();
    private readonly LiveMedia _media;
    private volatile ILiveBroadcast? _successor;
    private Task _archiving = Task.CompletedTask;

    /// <summary>Completes when all that it was to store has been dealt with, after its end.</summary>
    internal Task Archived { get; private set; } = Task.CompletedTask;

    internal Broadcast(
        string id,
        string slug,
        long epoch,
        BroadcastOptions options,
        IMediaStorage storage,
        BroadcastRecording? recording,
        Action<PublicationCutOff> cutOff,
        Action<Broadcast> runsEnded,
        TimeProvider time,
        ILogger logger,
        LiveInstruments? instruments = null,
        ITranscodeRuns? runs = null,
        ByteBudget? archiving = null,
        DateTimeOffset? startedAt = null)
    {
        Id = id;
        Epoch = epoch;
        StartedAt = startedAt ?? time.GetUtcNow();
        _media = new LiveMedia(id, storage);
        Faults = new BranchFaults(id, logger, instruments?.Broadcasts);
        Archive = new SegmentArchive(_media.Folder, storage, logger, recording, time, instruments?.Broadcasts, archiving, epoch);
        Rungs = new RungBranch(
            options.Ladder, options.Segments, time, logger, Faults, instruments?.Transcoders, runs, id, startedAt is null ? 0 : RunsBefore(epoch));
        Output = new SourceOutput(options.Segments, time, Rungs);
        Timeline = new BroadcastTimeline(
            id,
            options.Segments,
            storage.HasFiles ? options.HotSegmentsBesideFiles : options.HotSegments,
            _media,
            Archive,
            recording?.IsKept == true ? recording : null,
            Rungs,
            Faults,
            time,
            () => runsEnded(this),
            instruments?.Broadcasts);
        Source = new BroadcastSource(
            slug,
            Output,
            Rungs,
            () => Timeline.HasRungs,
            cutOff,
            options.Segments.Limit,
            options.BitRateMax,
            time,
            logger,
            instruments?.Ingest,
            instruments?.Broadcasts);
    }

    /// <inheritdoc/>
    public string Id { get; }

    /// <summary>Of the claim that it was made under, <see cref="ChannelClaims.Unstored"/> if that could not be stored.</summary>
    public long Epoch { get; }

    /// <inheritdoc/>
    public DateTimeOffset StartedAt { get; }

    /// <inheritdoc/>
    public LiveMedia Media => _successor?.Media ?? _media;

    /// <inheritdoc/>
    public BroadcastSnapshot? Snapshot => _successor?.Snapshot ?? Timeline.Announcement.Snapshot;

    /// <inheritdoc/>
    public bool IsEnded => _successor?.IsEnded ?? Timeline.IsEnded;

    /// <summary>It goes on at another node, or is to: what is here is what was announced of it until then.</summary>
    public bool IsLetGo => Timeline.IsLetGo;

    /// <inheritdoc/>
    public TimelineSignal Changed => _successor?.Changed ?? Timeline.Announcement.Changed;

    /// <inheritdoc/>
    public Task Over => Timeline.Announcement.Over;

    /// <inheritdoc/>
    public TimelineSignal SignalOf(string rendition) => _successor?.SignalOf(rendition) ?? Timeline.Announcement.SignalOf(rendition);

    /// <summary>Where what happens to the source goes in.</summary>
    internal Ingress<SourceEvent> Ingress { get; } = new(static happened => happened is SourceEvent.Over, Lose);

    internal BroadcastSource Source { get; }

    internal SourceOutput Output { get; }

    internal RungBranch Rungs { get; }

    internal BroadcastTimeline Timeline { get; }

    internal SegmentArchive Archive { get; }

    internal BranchFaults Faults { get; }

    /// <summary>Goes on with what another node has begun, before <see cref="Run"/>.</summary>
    internal void GoOn(BegunBroadcast begun)
    {
        Output.GoOn(begun.Point);
        Timeline.GoOn(begun, Output.Take());
    }

    /// <summary>
    /// It goes on at another node: what is announced by the end here is final, stored as always, and not the broadcast's end. Before that end.
    /// </summary>
    internal void LetGo()
    {
        Archive.LetGo();
        Timeline.LetGo();
    }

    /// <summary>This node follows what it has let go of: who reads here, or waits, reads there.</summary>
    internal void GoOnAs(ILiveBroadcast successor)
    {
        _successor = successor;
        Timeline.Announcement.WakeAll();
    }

    /// <summary>Begins. The task ends with its graph, when all that is to be stored has been dealt with.</summary>
    internal Task Run(IMaterializer materializer)
    {
        var archived = Archived = BroadcastGraph.Run(this, materializer);
        _archiving = Archive.FinishAsync(archived, _retired.Task);
        return archived;
    }

    /// <summary>Ends the source and the timeline when the graph has ended before it should: nothing else touches them any more.</summary>
    internal void Abandon()
    {
        Source.Close();
        Timeline.End();
    }

    /// <summary>Lets go of everything: memory, the transcoder, and what is in storage unless it is a recording. After its end.</summary>
    public async ValueTask DisposeAsync()
    {
        // Memory first, which storage cannot hold up; neither of what is waited for can hold up the other.
        await Over.ConfigureAwait(false);
        _media.Clear();
        Output.Abandon();
        _retired.TrySetResult();
        await Task.WhenAll(Rungs.StopAsync(), _archiving).ConfigureAwait(false);
        Rungs.Dispose();
    }

    /// <summary>Runs that other nodes may have made for it before: a slot that still has one of theirs knows it from this node's.</summary>
    private static int RunsBefore(long epoch) => (int)(epoch % (int.MaxValue / RunsPerEpoch)) * RunsPerEpoch;

    /// <summary>The graph has ended, whose publications have been ended before: nobody may wait for it.</summary>
    private static void Lose(SourceEvent happened)
    {
        switch (happened)
        {
            case SourceEvent.TagCame came:
                came.Publication.Next();
                break;
            case SourceEvent.Began began:
                began.Publication.Answer(new(BroadcastSource.Failed));
                break;
        }
    }
}
