using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Streaming.Cluster.Broadcasts;
using Streaming.Cluster.Origins;
using Streaming.Pipeline.Storage;

namespace Streaming.Cluster.Edge;

/// <summary>
/// Broadcasts as this node's viewers find them: its own, and replicas of those that are live elsewhere. The first who asks for a channel of another node opens
/// a stream to it; it is kept until nobody has asked for <see cref="IdleMax"/>.
/// </summary>
/// <param name="live">The node's own channels.</param>
/// <param name="options">Of broadcasts: how long ended ones can be read.</param>
/// <param name="storage">Where this node stores media.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Gets what happens to streams.</param>
/// <param name="origins">Where other channels are live.</param>
/// <param name="upstream">The way there.</param>
/// <param name="fetched">Brings older segments from there.</param>
/// <param name="instruments">Count streams and bytes; null for nobody who asks.</param>
public sealed class EdgeBroadcasts(
    LiveChannels live,
    BroadcastOptions options,
    IMediaStorage storage,
    TimeProvider time,
    ILogger<EdgeBroadcasts> logger,
    OriginDirectory origins,
    IUpstream upstream,
    OriginMedia fetched,
    FollowInstruments? instruments = null)
    : IAsyncDisposable
{
    /// <summary>A channel that nobody has asked for so long has no viewers here: they come every few seconds.</summary>
    public static readonly TimeSpan IdleMax = TimeSpan.FromSeconds(30);

    /// <summary>How long the first who asks for a channel waits for its replica at most.</summary>
    public static readonly TimeSpan OpeningTimeout = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(5);


    private readonly FollowSettings _settings = new(origins, upstream, storage, fetched, options.Retention, time, instruments, logger);
    private readonly ConcurrentDictionary<string, FollowedChannel> _followed = new(StringComparer.Ordinal);
    private readonly Lock _opening = new();
    private ITimer? _looker;
    private bool _isClosed;

    /// <summary>Channels that are followed now.</summary>
    public int Followed => _followed.Count;

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

    /// <summary>
    /// What is here of a channel's broadcast of a lower epoch, for a node that goes on with it; null when there is nothing, or when it has ended.
    /// </summary>
    /// <param name="slug">The channel.</param>
    /// <param name="belowEpoch">The epoch of who goes on.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public ValueTask<BroadcastReplica?> ReplicaForAsync(string slug, long belowEpoch, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(_followed.GetValueOrDefault(slug)?.Newest is { IsEnded: false } newest && newest.Epoch < belowEpoch ? newest : null);
    }

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
    private FollowedChannel? Follow(string slug)
    {
        if (_followed.TryGetValue(slug, out var followed) && followed.TryAsk())
        {
            return followed;
        }

        return origins.Find(slug)?.Media is null ? null : Open(slug);
    }

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
            if (channel.Value.Look(IdleMax) && _followed.TryRemove(channel))
            {
                _ = channel.Value.DisposeAsync().AsTask(); // It does not throw.
            }
        }
    }
}
