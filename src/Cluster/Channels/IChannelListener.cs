namespace Streaming.Cluster.Channels;

/// <summary>A part of the node that has something of channels, and hears what has happened to them, wherever that was asked for.</summary>
public interface IChannelListener
{
    /// <summary>
    /// Something has happened that the <see cref="ChannelDirectory"/> knows already. On the follower's thread: returns at once, and does not
    /// throw. The same may be told again.
    /// </summary>
    /// <param name="sequenceNr">The event's number among those of its channel; of a claim, its epoch.</param>
    /// <param name="happened">What.</param>
    void Hear(long sequenceNr, IChannelEvent happened);
}
