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
    private volatile LivePublication? _publication;

    internal LiveChannel(string slug) => Slug = slug;

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
    }

    /// <summary>The broadcast under way has ended.</summary>
    internal void End() => _broadcast = null;

    /// <summary>A broadcast cannot be read any more.</summary>
    internal void Remove(Broadcast broadcast) => _readable = [.. _readable.Where(readable => readable != broadcast)];

    internal void Stop() => _stopped.TrySetResult();
}
