namespace Streaming.Cluster.Broadcasts;

/// <summary>A broadcast as it is known here that another node was the origin of until now, and this one may go on with.</summary>
/// <param name="broadcast">What is known of it.</param>
/// <param name="own">Lets go of its memory, where it is nobody else's; null where others read it.</param>
public sealed class EarlierBroadcast(ILiveBroadcast broadcast, IDisposable? own = null) : IDisposable
{
    /// <summary>What is known of it.</summary>
    public ILiveBroadcast Broadcast => broadcast;

    public void Dispose() => own?.Dispose();
}

/// <summary>Looks for what a channel's next origin may go on with; null where there is nothing.</summary>
/// <param name="slug">The channel.</param>
/// <param name="epoch">Of the claim of who goes on: what is looked for has a lower one.</param>
/// <param name="cancellationToken">Ends it; then what has been found until then is returned, or nothing.</param>
public delegate Task<EarlierBroadcast?> FindEarlierBroadcast(string slug, long epoch, CancellationToken cancellationToken);
