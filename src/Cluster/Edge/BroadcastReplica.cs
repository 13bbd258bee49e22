using System.Collections.Concurrent;
using System.Collections.Immutable;
using Streaming.Cluster.Broadcasts;
using Streaming.Cluster.Broadcasts.Memory;
using Streaming.Cluster.Broadcasts.Window;
using Streaming.Cluster.Membership;
using Streaming.Pipeline.Storage;
using Streaming.Pipeline.Timelines;

namespace Streaming.Cluster.Edge;

/// <summary>
/// A broadcast on a node that is not its origin, as far as players need it: its timeline and its live edge. Each of its snapshots says what the origin's of
/// that version does, and memory has what the origin's has; older segments are in the storage that both share, or come from the origin. Written by one, who follows; read by any
/// number of requests.
/// </summary>
/// <param name="began">The broadcast.</param>
/// <param name="storage">Where the origin stores its segments, or what brings them from there (<see cref="OriginStorage"/>).</param>
public sealed class BroadcastReplica(FollowEvent.Began began, IMediaStorage storage) : ILiveBroadcast, IDisposable
{
    private readonly ConcurrentDictionary<string, TimelineSignal> _signals = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ReplicaRendition> _renditions = new(StringComparer.Ordinal);
    private ImmutableArray<string> _order = [];
    private ImmutableArray<Period> _periods = [];
    private readonly LiveMedia _media = new(began.BroadcastId, storage);
    private volatile BroadcastSnapshot? _snapshot;
    private volatile ILiveBroadcast? _successor;
    private ImmutableArray<NodeAddress> _path = [];
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _epoch = began.Epoch;

    /// <inheritdoc/>
    public string Id => began.BroadcastId;

    /// <inheritdoc/>
    public long Epoch => Volatile.Read(ref _epoch);

    /// <inheritdoc/>
    public DateTimeOffset StartedAt => began.StartedAt;

    /// <inheritdoc/>
    public LiveMedia Media => _successor?.Media ?? _media;

    /// <inheritdoc/>
    public BroadcastSnapshot? Snapshot => _successor?.Snapshot ?? _snapshot;

    /// <inheritdoc/>
    public bool IsEnded => Snapshot?.IsEnded == true;

    /// <inheritdoc/>
    public TimelineSignal Changed { get; } = new();

    /// <inheritdoc/>
    public Task Over => _over.Task;

    /// <inheritdoc/>
    public TimelineSignal SignalOf(string rendition) => _successor?.SignalOf(rendition) ?? OwnSignalOf(rendition);

    /// <summary>It goes on at this node.</summary>
    internal bool GoesOnHere => _successor is not null;

    /// <summary>
    /// The broadcast goes on at this node: who reads here, or waits, reads there, and who follows it is sent away. Until a stream begins anew.
    /// </summary>
    internal void GoOnAs(ILiveBroadcast successor)
    {
        _successor = successor;
        foreach (var signal in _signals.Values)
        {
            signal.Pulse();
        }

        ImmutableInterlocked.InterlockedExchange(ref _path, []);
        Changed.Pulse();
    }

    /// <summary>Its stream begins anew. False when it is one of an origin that has been overtaken, which is to be refused.</summary>
    public bool TryGoOn(FollowEvent.Began again)
    {
        if (again.BroadcastId != Id || again.Epoch < Epoch)
        {
            return false;
        }

        Volatile.Write(ref _epoch, again.Epoch);
        _successor = null;
        return true;
    }

    /// <summary>The nodes that its stream comes through, the origin first. Another array when they are others.</summary>
    public ImmutableArray<NodeAddress> Path =>
        ImmutableInterlocked.InterlockedCompareExchange(ref _path, default, default);

    /// <summary>Its stream comes from there now, and so do older segments. Who follows it is sent away where that is another way than before.</summary>
    /// <param name="upstream">Who sends it.</param>
    /// <param name="path">The nodes before that one.</param>
    internal void ComesFrom(NodeAddress upstream, ImmutableArray<NodeAddress> path)
    {
        (storage as OriginStorage)?.ComesFrom(upstream);
        ImmutableArray<NodeAddress> now = [.. path, upstream];
        if (!now.SequenceEqual(_path))
        {
            ImmutableInterlocked.InterlockedExchange(ref _path, now);
            Changed.Pulse();
        }
    }

    /// <summary>Nobody is its origin any more, and nothing comes: it has ended as it stands, a segment that was growing with the parts that it has.</summary>
    internal void End(DateTimeOffset now)
    {
        if (_snapshot is not { IsEnded: false } last)
        {
            return;
        }

        foreach (var rendition in last.Renditions)
        {
            Of(rendition.Name).End();
        }

        Show(last with
        {
            Renditions = [.. last.Renditions.Select(static rendition => rendition.Name).Select(Told)],
            IsEnded = true,
            PublishedAt = now,
            Version = last.Version + 1,
        });
    }

    /// <summary>Takes what its origin tells, with the hold of a file's bytes.</summary>
    /// <exception cref="InvalidDataException">It does not fit what was told before: the stream is not to be trusted.</exception>
    public void Apply(FollowEvent happened)
    {
        switch (happened)
        {
            case FollowEvent.MediaCame came:
                Of(came.Rendition).Add(came);
                break;
            case FollowEvent.RenditionChanged change:
                Of(change.Name).Change(change);
                break;
            case FollowEvent.Published published:
                Publish(published);
                break;
            default:
                throw new InvalidDataException("A stream that is under way began.");
        }
    }

    /// <summary>Lets go of all memory, but for what is being read.</summary>
    public void Dispose() => _media.Clear();

    private void Publish(FollowEvent.Published published)
    {
        foreach (var rendition in _renditions.Values)
        {
            rendition.Fit();
        }

        if (_snapshot is { Version: var previous } && published.Version < previous)
        {
            throw new InvalidDataException($"Version {published.Version} of {Id} came after {previous}.");
        }

        _order = published.Renditions.IsDefault ? _order : published.Renditions;
        _periods = published.Periods.IsDefault ? _periods : published.Periods;
        Show(new BroadcastSnapshot
        {
            Id = Id,
            StartedAt = published.MediaStartedAt,
            TargetDuration = published.TargetDuration,
            PartTarget = published.PartTarget,
            Renditions = [.. _order.Select(Told)],
            Periods = _periods,
            IsEnded = published.IsEnded,
            PublishedAt = published.PublishedAt,
            Version = published.Version,
        });
    }

    private void Show(BroadcastSnapshot snapshot)
    {
        var previous = _snapshot;
        _snapshot = snapshot;
        foreach (var rendition in snapshot.Renditions)
        {
            if (snapshot.IsEnded || !ReferenceEquals(previous?.Find(rendition.Name), rendition))
            {
                OwnSignalOf(rendition.Name).Pulse();
            }
        }

        if (snapshot.IsEnded)
        {
            _over.TrySetResult();
        }

        Changed.Pulse();
    }

    private TimelineSignal OwnSignalOf(string rendition) => _signals.GetOrAdd(rendition, static _ => new TimelineSignal());

    private RenditionSnapshot Told(string name) =>
        Of(name).Snapshot ?? throw new InvalidDataException($"There is a rendition {name} that nothing was told of.");

    private ReplicaRendition Of(string name)
    {
        if (!_renditions.TryGetValue(name, out var rendition))
        {
            _renditions.Add(name, rendition = new(name, _media));
        }

        return rendition;
    }
}
