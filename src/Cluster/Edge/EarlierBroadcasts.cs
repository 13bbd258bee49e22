using Streaming.Cluster.Broadcasts;
using Streaming.Cluster.Origins;
using Streaming.Pipeline.Storage;

namespace Streaming.Cluster.Edge;

/// <summary>
/// What a node finds of a broadcast that it is to go on with: the last words of the origin, where that is alive, else the replica that is left of it.
/// </summary>
/// <param name="origins">Where channels are live.</param>
/// <param name="upstream">The way there.</param>
/// <param name="edges">The replicas.</param>
/// <param name="storage">Where this node stores media.</param>
/// <param name="time">The clock.</param>
public sealed class EarlierBroadcasts(
    OriginDirectory origins, IUpstream upstream, EdgeBroadcasts edges, IMediaStorage storage, TimeProvider time)
{
    /// <summary>How long an origin has to let go and to tell all that it has in memory: some tens of megabytes at most.</summary>
    public static readonly TimeSpan LastWordsTimeout = TimeSpan.FromSeconds(1);

    /// <summary>A <see cref="FindEarlierBroadcast"/>.</summary>
    /// <exception cref="OperationCanceledException">By the token, with nothing found.</exception>
    public async Task<EarlierBroadcast?> FindAsync(string slug, long epoch, CancellationToken cancellationToken)
    {
        if (await LastWordsAsync(slug, epoch, cancellationToken).ConfigureAwait(false) is { } last)
        {
            return new(last, last);
        }

        return await edges.ReplicaForAsync(slug, epoch, cancellationToken).ConfigureAwait(false) is { } left ? new(left) : null;
    }

    /// <summary>Has the origin let go, and hears the last that it tells; null where it does not in time.</summary>
    private async Task<BroadcastReplica?> LastWordsAsync(string slug, long epoch, CancellationToken cancellationToken)
    {
        if (origins.Find(slug) is not { Media: { } origin } told || told.Epoch >= epoch)
        {
            return null;
        }

        using var timeout = new CancellationTokenSource(LastWordsTimeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        BroadcastReplica? replica = null;
        try
        {
            await foreach (var happened in upstream
                .FollowAsync(origin, slug, new(epoch, null, IsEnded: false, IsTakenOver: true), both.Token).ConfigureAwait(false))
            {
                if (happened is FollowEvent.Began began && replica is null)
                {
                    replica = new(began, storage);
                }
                else
                {
                    (replica ?? throw new InvalidDataException("A stream went on that had not begun.")).Apply(happened);
                }
            }

            return replica;
        }
        catch (Exception e) when (e is UpstreamException or InvalidDataException or OperationCanceledException)
        {
            replica?.Dispose();
            cancellationToken.ThrowIfCancellationRequested();
            return null;
        }
    }
}
