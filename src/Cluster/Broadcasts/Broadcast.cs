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
    private readonly TaskCompletionSource _retired = new();
    private Task _archiving = Task.CompletedTask;

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
        ByteBudget? archiving = null)
    {
        Id = id;
        Epoch = epoch;
        StartedAt = time.GetUtcNow();
        Media = new LiveMedia(id, storage);
        Faults = new BranchFaults(id, logger, instruments?.Broadcasts);
        Archive = new SegmentArchive(Media.Folder, storage, logger, recording, time, instruments?.Broadcasts, archiving);
        Rungs = new RungBranch(
            options.Ladder, options.Segments, time, logger, Faults, instruments?.Transcoders, runs, id);
        Output = new SourceOutput(options.Segments, time, Rungs);
        Timeline = new BroadcastTimeline(
            id,
            options.Segments,
            storage.HasFiles ? options.HotSegmentsBesideFiles : options.HotSegments,
            Media,
            Archive,
            recording?.IsKept == true ? recording : null,
            Rungs,
            Faults,
            time,
            () => runsEnded(this));
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
    public LiveMedia Media { get; }

    /// <inheritdoc/>
    public BroadcastSnapshot? Snapshot => Timeline.Snapshot;

    /// <inheritdoc/>
    public bool IsEnded => Timeline.IsEnded;

    /// <inheritdoc/>
    public TimelineSignal Changed => Timeline.Changed;

    /// <inheritdoc/>
    public Task Over => Timeline.Ended;

    /// <inheritdoc/>
    public TimelineSignal SignalOf(string rendition) => Timeline.SignalOf(rendition);

    /// <summary>Where what happens to the source goes in.</summary>
    internal Ingress<SourceEvent> Ingress { get; } = new(static happened => happened is SourceEvent.Over, Lose);

    internal BroadcastSource Source { get; }

    internal SourceOutput Output { get; }

    internal RungBranch Rungs { get; }

    internal BroadcastTimeline Timeline { get; }

    internal SegmentArchive Archive { get; }

    internal BranchFaults Faults { get; }

    /// <summary>Begins. The task ends with its graph, when all that is to be stored has been dealt with.</summary>
    internal Task Run(IMaterializer materializer)
    {
        var archived = BroadcastGraph.Run(this, materializer);
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
        await Timeline.Ended.ConfigureAwait(false);
        Media.Clear();
        Output.Abandon();
        _retired.TrySetResult();
        await Task.WhenAll(Rungs.StopAsync(), _archiving).ConfigureAwait(false);
        Rungs.Dispose();
    }

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
