using Akka.Actor;
using Streaming.Cluster.Broadcasts.Source;

namespace Streaming.Cluster.Broadcasts;

/// <summary>
/// A channel that has had a publisher on this node, as readers see it: what it is doing and its broadcasts. Its <see cref="BroadcastSupervisor"/> writes
/// it.
/// </summary>
public sealed class LiveChannel
{
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile Broadcast? _broadcast;
    private volatile Broadcast[] _readable = [];
    private volatile Refusal? _refusal;
    private readonly Lock _arrivals = new();
    private volatile LivePublication? _publication;
    private int _arriving;

    private readonly Action? _changed;

    /// <param name="slug">The channel.</param>
    /// <param name="changed">Is called when a broadcast has begun, or has ended.</param>
    internal LiveChannel(string slug, Action? changed = null) => (Slug, _changed) = (slug, changed);

    /// <summary>Name of the channel in addresses.</summary>
    public string Slug { get; }

    /// <summary>What it is doing now.</summary>
    public ChannelStatus Status => _broadcast is not { } broadcast
        ? ChannelStatus.Offline with { Refusal = _refusal }
        : new ChannelStatus(
            broadcast,
            broadcast.StartedAt,
            broadcast.Source.Status,
            broadcast.Timeline.Status.Quality,
            broadcast.Timeline.Status.Transcoder,
            _refusal);

    /// <summary>
    /// The newest broadcast that can be read: the one under way, or one that ended a moment ago; null when there is none.
    /// </summary>
    public Broadcast? Newest => _readable is [var newest, ..] ? newest : null;

    /// <summary>The broadcast of that id while it can be read.</summary>
    public Broadcast? Find(string broadcastId) => Array.Find(_readable, broadcast => broadcast.Id == broadcastId);

    /// <summary>The broadcast under way, null when there is none.</summary>
    internal Broadcast? UnderWay => _broadcast;

    /// <summary>Who has the broadcasts.</summary>
    internal IActorRef Supervisor { get; set; } = ActorRefs.Nobody;

    /// <summary>Why a publisher was refused or cut off lately.</summary>
    internal Refusal? Refusal
    {
        get => _refusal;
        set => _refusal = value;
    }

    /// <summary>Its publisher's tag has not been dealt with.</summary>
    internal bool IsPublisherWaiting => Publication?.IsWaiting == true;

    /// <summary>Who publishes.</summary>
    internal LivePublication? Publication
    {
        get => _publication;
        set => _publication = value;
    }

    /// <summary>Completes when the supervisor has stopped, and let go of all.</summary>
    internal Task Stopped => _stopped.Task;

    /// <summary>A broadcast begins.</summary>
    internal void Add(Broadcast broadcast)
    {
        _readable = [broadcast, .. _readable];
        _broadcast = broadcast;
        _changed?.Invoke();
    }

    /// <summary>The broadcast under way has ended.</summary>
    internal void End()
    {
        _broadcast = null;
        _changed?.Invoke();
    }

    /// <summary>A broadcast cannot be read any more.</summary>
    internal void Remove(Broadcast broadcast) => _readable = [.. _readable.Where(readable => readable != broadcast)];

    /// <summary>A publisher comes, for whom the channel is claimed: until <see cref="Arrived"/> it is not given back.</summary>
    internal void Arrive()
    {
        lock (_arrivals)
        {
            _arriving++;
        }
    }

    /// <summary>It was let in, or was not.</summary>
    internal void Arrived()
    {
        bool isLast;
        lock (_arrivals)
        {
            isLast = --_arriving == 0;
        }

        if (isLast)
        {
            Supervisor.Tell(NobodyArrives.Instance);
        }
    }

    /// <summary>
    /// Gives the channel back, unless a publisher is on its way: who comes later claims it after that. False if one is.
    /// </summary>
    /// <param name="release">Sends that it is given back, and waits for nobody.</param>
    internal bool TryGiveBack(Action release)
    {
        lock (_arrivals)
        {
            if (_arriving == 0)
            {
                release();
            }

            return _arriving == 0;
        }
    }

    internal void Stop() => _stopped.TrySetResult();
}
