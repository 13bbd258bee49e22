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
    private volatile BroadcastSnapshot? _snapshot;
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _epoch = began.Epoch;

    /// <inheritdoc/>
    public string Id => began.BroadcastId;

    /// <inheritdoc/>
    public long Epoch => Volatile.Read(ref _epoch);

    /// <inheritdoc/>
    public DateTimeOffset StartedAt => began.StartedAt;

    /// <inheritdoc/>
    public LiveMedia Media { get; } = new(began.BroadcastId, storage);

    /// <inheritdoc/>
    public BroadcastSnapshot? Snapshot => _snapshot;

    /// <inheritdoc/>
    public bool IsEnded => _snapshot?.IsEnded == true;

    /// <inheritdoc/>
    public TimelineSignal Changed { get; } = new();

    /// <inheritdoc/>
    public Task Over => _over.Task;

    /// <inheritdoc/>
    public TimelineSignal SignalOf(string rendition) => _signals.GetOrAdd(rendition, static _ => new TimelineSignal());

    /// <summary>Its stream begins anew. False when it is one of an origin that has been overtaken, which is to be refused.</summary>
    public bool TryGoOn(FollowEvent.Began again)
    {
        if (again.BroadcastId != Id || again.Epoch < Epoch)
        {
            return false;
        }

        Volatile.Write(ref _epoch, again.Epoch);
        return true;
    }

    /// <summary>Its stream comes from there now, and so do older segments.</summary>
    internal void ComesFrom(NodeAddress origin) => (storage as OriginStorage)?.ComesFrom(origin);

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
    public void Dispose() => Media.Clear();

    private void Publish(FollowEvent.Published published)
    {
        var previous = _snapshot;
        if (published.Version < previous?.Version)
        {
            throw new InvalidDataException($"Version {published.Version} of {Id} came after {previous.Version}.");
        }

        _order = published.Renditions.IsDefault ? _order : published.Renditions;
        _periods = published.Periods.IsDefault ? _periods : published.Periods;
        var snapshot = new BroadcastSnapshot
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
        };
        _snapshot = snapshot;
        foreach (var rendition in snapshot.Renditions)
        {
            if (snapshot.IsEnded || !ReferenceEquals(previous?.Find(rendition.Name), rendition))
            {
                SignalOf(rendition.Name).Pulse();
            }
        }

        if (snapshot.IsEnded)
        {
            _over.TrySetResult();
        }

        Changed.Pulse();
    }

    private RenditionSnapshot Told(string name) =>
        Of(name).Snapshot ?? throw new InvalidDataException($"There is a rendition {name} that nothing was told of.");

    private ReplicaRendition Of(string name)
    {
        if (!_renditions.TryGetValue(name, out var rendition))
        {
            _renditions.Add(name, rendition = new(name, Media));
        }

        return rendition;
    }
}
