namespace Streaming.Gateway.Connections;

/// <summary>How many connections to the RTMP port are open.</summary>
internal sealed class RtmpConnections
{
    private int _count;

    public int Count => Volatile.Read(ref _count);

    /// <summary>One more; how many there are with it.</summary>
    public int Enter() => Interlocked.Increment(ref _count);

    /// <summary>One less; how many are left.</summary>
    public int Leave() => Interlocked.Decrement(ref _count);
}
