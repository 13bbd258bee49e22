namespace Streaming.Cluster.Graphs;

/// <summary>Bytes that several buffers may hold together. Safe from anywhere.</summary>
/// <param name="max">How many.</param>
internal sealed class ByteBudget(long max)
{
    private long _taken;

    /// <summary>Bytes that are held now.</summary>
    public long Taken => Volatile.Read(ref _taken);

    /// <summary>Takes so many, or more than there may be where nobody holds any; false when they are not to be had.</summary>
    public bool TryTake(long bytes)
    {
        var taken = Interlocked.Add(ref _taken, bytes);
        if (taken <= max || taken == bytes)
        {
            return true;
        }

        Give(bytes);
        return false;
    }

    /// <summary>They are held no more.</summary>
    public void Give(long bytes) => Interlocked.Add(ref _taken, -bytes);
}
