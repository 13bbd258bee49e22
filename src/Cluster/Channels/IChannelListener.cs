namespace Streaming.Cluster.Channels;

/// <summary>A part of the node that has something of channels, and brings it into line with them, wherever their changes were asked for.</summary>
public interface IChannelListener
{
    /// <summary>
    /// Something has happened to a channel, and the <see cref="ChannelDirectory"/> knows it. What counts is how the channel is now, and not what
    /// happened: that may be told twice, late, or not at all. On the follower's thread: returns at once, and does not throw.
    /// </summary>
    void Hear(string slug);
}
