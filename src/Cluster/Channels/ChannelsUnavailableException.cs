namespace Streaming.Cluster.Channels;

/// <summary>A change of a channel was not stored.</summary>
public sealed class ChannelsUnavailableException : IOException
{
    /// <summary>The journal did not take it: it is no change.</summary>
    /// <param name="message">Why, in a sentence.</param>
    /// <param name="isDiskFull">There was no room for it.</param>
    public ChannelsUnavailableException(string message, bool isDiskFull)
        : base(message) => (IsDiskFull, IsUnchanged) = (isDiskFull, true);

    /// <summary>No answer came in time: it may be stored yet.</summary>
    public ChannelsUnavailableException(TimeSpan waited)
        : this($"The channel gave no answer for {waited.TotalSeconds:0} s.")
    {
    }

    /// <summary>It may be stored or not.</summary>
    /// <param name="message">Why nobody knows, in a sentence.</param>
    public ChannelsUnavailableException(string message)
        : base($"{message} See whether it was changed before you try again.")
    {
    }

    /// <summary>There was no room for it.</summary>
    public bool IsDiskFull { get; }

    /// <summary>Everything is as it was.</summary>
    public bool IsUnchanged { get; }
}
