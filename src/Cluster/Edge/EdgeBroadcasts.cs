using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Streaming.Cluster.Broadcasts;
using Streaming.Cluster.Membership;
using Streaming.Cluster.Origins;
using Streaming.Pipeline.Storage;

namespace Streaming.Cluster.Edge;

/// <summary>
/// Broadcasts as this node's viewers find them: its own, and replicas of those that are live elsewhere. The first who asks for a channel of another node opens
/// a stream to it; it is kept until nobody has asked for <see cref="IdleMax"/>, unless this node is its standby.
/// </summary>
/// <param name="live">The node's own channels.</param>
/// <param name="options">Of broadcasts: how long ended ones can be read.</param>
/// <param name="storage">Where this node stores media.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Gets what happens to streams.</param>
/// <param name="origins">Where other channels are live.</param>
/// <param name="kept">Told which replicas there are here.</param>
/// <param name="upstream">The way there.</param>
/// <param name="fetched">Brings older segments from there.</param>
/// <param name="self">Where this node gives its media to others; null where it does not.</param>
/// <param name="instruments">Count streams and bytes; null for nobody who asks.</param>
public sealed class EdgeBroadcasts(
    LiveChannels live,
    BroadcastOptions options,
    IMediaStorage storage,
    TimeProvider time,
    ILogger<EdgeBroadcasts> logger,
    OriginDirectory origins,
    KeptReplicas kept,
    IUpstream upstream,
    OriginMedia fetched,
    Func<NodeAddress?> self,
    FollowInstruments? instruments = null)
    : IAsyncDisposable
{
    /// <summary>A channel that nobody has asked for so long has no viewers here: they come every few seconds.</summary>
    public static readonly TimeSpan IdleMax = TimeSpan.FromSeconds(30);

    /// <summary>How long the first who asks for a channel waits for its replica at most.</summary>
    public static readonly TimeSpan OpeningTimeout = TimeSpan.FromSeconds(3);

    /// <summary>
    /// How much longer than an origin waits for its publisher a replica waits for an origin, before it ends by itself: the nodes hear of the death of one
    /// within some seconds, and of the next one.
    /// </summary>
    public static readonly TimeSpan OrphanedSlack = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(5);

    private readonly FollowSettings _settings = new(
        origins, kept, upstream, storage, fetched, self, options.Retention, options.ReconnectWindow + OrphanedSlack, time, instruments, logger);
    private readonly ConcurrentDictionary<string, FollowedChannel> _followed = new(StringComparer.Ordinal);
    private readonly Lock _opening = new();
    private ITimer? _looker;
    private bool _isClosed;

    /// <summary>Channels that are followed now.</summary>
    public int Count => _followed.Count;

    /// <summary>
    /// The channel's newest broadcast that can be read: the one under way, or one that ended a moment ago. Null when it is not live here, nor anywhere
    /// that could be reached in time.
    /// </summary>
    public ValueTask<ILiveBroadcast?> NewestAsync(string slug, CancellationToken cancellationToken)
    {
        var own = live.Find(slug);
        return own?.UnderWay is { IsLetGo: false } || Follow(slug) is not { } followed ? new(own?.Newest)
            : followed.Newest is { } newest ? new(newest)
            : AwaitAsync(followed, null, own?.Newest, cancellationToken);
    }

    /// <summary>The broadcast of that id while it can be read.</summary>
    public ValueTask<ILiveBroadcast?> FindAsync(string slug, string broadcastId, CancellationToken cancellationToken) =>
        live.Find(slug)?.Find(broadcastId) is { } own ? new(own.IsLetGo ? Follow(slug)?.Find(broadcastId) ?? (ILiveBroadcast)own : own)
        : Follow(slug) is not { } followed ? new((ILiveBroadcast?)null)
        : followed.Find(broadcastId) is { } found ? new(found)
        : AwaitAsync(followed, broadcastId, null, cancellationToken);

    /// <summary>Whether other nodes have that broadcast as far as this one knows, or a broadcast of which nobody has told it yet.</summary>
    /// <param name="slug">The channel.</param>
    /// <param name="broadcastId">The broadcast.</param>
    /// <param name="isClaimed">Some node is the channel's origin.</param>
    public bool MayBeElsewhere(string slug, string broadcastId, bool isClaimed) => live.Find(slug)?.UnderWay is not { IsLetGo: false }
        && (origins.Find(slug) is { } told ? told.BroadcastId == broadcastId
            : isClaimed || origins.ReplicasOf(slug).Any(replica => replica.BroadcastId == broadcastId));

    /// <summary>This node is the channel's standby, and follows it with viewers or without; or is not any more.</summary>
    public void StandBy(string slug, bool isStandby)
    {
        if (isStandby)
        {
            (Followed(slug) ?? Open(slug))?.StandBy(true);
        }
        else if (_followed.TryGetValue(slug, out var followed))
        {
            followed.StandBy(false);
            CloseIfIdle(KeyValuePair.Create(slug, followed));
        }
    }

    /// <summary>
    /// What is left of a channel's broadcast when its origin is gone, for the node that goes on with it: the replica of its newest one of a lower epoch,
    /// with all that any node has which can be reached within <see cref="FollowedChannel.GatherTimeout"/>. Null when there is none, or it has ended.
    /// It can be read until nobody has asked for the channel for <see cref="IdleMax"/>.
    /// </summary>
    /// <param name="slug">The channel.</param>
    /// <param name="belowEpoch">The epoch of who goes on.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="OperationCanceledException">By the token.</exception>
    public async Task<BroadcastReplica?> ReplicaForAsync(string slug, long belowEpoch, CancellationToken cancellationToken)
    {
        var followed = Followed(slug);
        if (followed is null && (origins.Find(slug)?.Media is not null || !origins.ReplicasOf(slug).IsEmpty))
        {
            followed = Open(slug);
        }

        return followed is null ? null : await followed.GatherAsync(belowEpoch, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// The newest replica here, for another node that follows it: kept until what this returns is disposed of. Null when there is none of that epoch, or
    /// a higher one.
    /// </summary>
    /// <param name="slug">The channel.</param>
    /// <param name="epochMin">The highest epoch that the other node knows of.</param>
    public SharedReplica? Share(string slug, long epochMin)
    {
        if (!_followed.TryGetValue(slug, out var followed) || !followed.TryShare())
        {
            return null;
        }

        if (followed.Newest is { } replica && replica.Epoch >= epochMin)
        {
            return new(replica, followed);
        }

        followed.Unshare();
        return null;
    }

    /// <summary>The replica here of that broadcast, while it can be read; asks nobody.</summary>
    public BroadcastReplica? ReplicaOf(string slug, string broadcastId) => _followed.GetValueOrDefault(slug)?.Find(broadcastId);

    /// <summary>State of a channel: of one that is live elsewhere, what its replica tells, or what its origin does.</summary>
    public ChannelStatus StatusOf(string slug)
    {
        var own = live.StatusOf(slug);
        return own.Broadcast is not null ? own
            : _followed.TryGetValue(slug, out var followed) && followed.Newest is { IsEnded: false } replica
                ? own with { Broadcast = replica, StartedAt = replica.StartedAt }
            : origins.Find(slug) is { } elsewhere ? own with { StartedAt = elsewhere.StartedAt, Elsewhere = elsewhere }
            : own;
    }

    public async ValueTask DisposeAsync()
    {
        lock (_opening)
        {
            _isClosed = true;
        }

        origins.Changed -= Move;
        live.Changed -= GoOnHere;
        _looker?.Dispose();
        await Task.WhenAll(_followed.Where(_followed.TryRemove).Select(static followed => followed.Value.DisposeAsync().AsTask()))
            .ConfigureAwait(false);
    }

    private async ValueTask<ILiveBroadcast?> AwaitAsync(
        FollowedChannel followed, string? broadcastId, ILiveBroadcast? otherwise, CancellationToken cancellationToken)
    {
        try
        {
            await followed.Looked.WaitAsync(OpeningTimeout, time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return otherwise;
        }

        return (broadcastId is null ? followed.Newest : followed.Find(broadcastId)) ?? otherwise;
    }

    /// <summary>The channel as it is followed, from now on if it was not; null where there is nobody to follow.</summary>
    private FollowedChannel? Follow(string slug) =>
        Followed(slug) is { } followed ? followed
            : origins.Find(slug)?.Media is null && origins.ReplicasOf(slug).IsEmpty ? null
            : Open(slug);

    private FollowedChannel? Followed(string slug) =>
        _followed.TryGetValue(slug, out var followed) && followed.TryAsk() ? followed : null;

    private FollowedChannel? Open(string slug)
    {
        lock (_opening)
        {
            if (_isClosed)
            {
                return null;
            }

            if (_looker is null)
            {
                origins.Changed += Move;
                live.Changed += GoOnHere;
                _looker = time.CreateTimer(static self => ((EdgeBroadcasts)self!).Look(), this, LookInterval, LookInterval);
            }

            if (!_followed.TryGetValue(slug, out var followed) || !followed.TryAsk())
            {
                _followed[slug] = followed = new FollowedChannel(slug, _settings, GoOnThere);
            }

            return followed;
        }
    }

    private void Move(string slug)
    {
        if (_followed.TryGetValue(slug, out var followed))
        {
            followed.Move();
        }
    }

    /// <summary>Who reads a replica of what goes on here goes on, too.</summary>
    private void GoOnHere(string slug)
    {
        if (live.Find(slug)?.UnderWay is { IsLetGo: false } own && _followed.TryGetValue(slug, out var followed))
        {
            followed.Find(own.Id)?.GoOnAs(own);
        }
    }

    /// <summary>Who reads what was let go of here goes on, too, when it is followed.</summary>
    private void GoOnThere(string slug, BroadcastReplica replica)
    {
        if (live.Find(slug)?.Find(replica.Id) is { IsLetGo: true } own && own.Epoch < replica.Epoch)
        {
            own.GoOnAs(replica);
        }
    }

    private void Look()
    {
        foreach (var channel in _followed)
        {
            CloseIfIdle(channel);
        }
    }

    private void CloseIfIdle(KeyValuePair<string, FollowedChannel> channel)
    {
        if (channel.Value.Look(IdleMax) && _followed.TryRemove(channel))
        {
            _ = channel.Value.DisposeAsync().AsTask(); // It does not throw.
        }
    }
}
