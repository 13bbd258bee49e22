namespace Streaming.Cluster.Actors;

/// <summary>What an actor tells of its own end: an exception makes it begin anew, everything else ends it.</summary>
/// <param name="instruments">Are told; null for nobody.</param>
/// <param name="actor">What it is.</param>
internal sealed class ActorLife(ActorInstruments? instruments, string actor)
{
    private bool _isRestarting;

    /// <summary>It begins anew. Before it is stopped for that.</summary>
    public void Restarts()
    {
        _isRestarting = true;
        instruments?.Restarted(actor);
    }

    /// <summary>It is stopped.</summary>
    public void Stops()
    {
        if (!_isRestarting)
        {
            instruments?.Stopped(actor);
        }
    }
}
