using Streaming.Cluster.Tracing;

namespace Streaming.Cluster.Channels;

/// <summary>
/// A message to the <see cref="ChannelEntity"/> of a channel, which the slug names. Each is answered by a <see cref="ChannelAnswer"/>.
/// </summary>
public interface IChannelCommand
{
    string Slug { get; }
}

/// <summary>Makes the channel, or renames the one that is there.</summary>
/// <param name="Slug">The channel.</param>
/// <param name="Title">Its name for people; null keeps what is there, or takes the slug.</param>
/// <param name="KeyHash">The hash of its stream key, if it is new.</param>
/// <param name="At">When it is made.</param>
public sealed record PutChannel(string Slug, string? Title, string KeyHash, DateTimeOffset At) : IChannelCommand;

/// <summary>Gives the channel another stream key.</summary>
public sealed record ChangeStreamKey(string Slug, string KeyHash) : IChannelCommand;

/// <summary>Deletes the channel. Until <see cref="ClearChannel"/> what belonged to it may be there, and none of its name can be
/// made.</summary>
public sealed record DeleteChannel(string Slug) : IChannelCommand;

/// <summary>Nothing is left of a deleted channel.</summary>
public sealed record ClearChannel(string Slug) : IChannelCommand;

/// <summary>A node wants to be the channel's origin, for a publisher who has its key.</summary>
/// <param name="Slug">The channel.</param>
/// <param name="KeyHash">The hash of the publisher's key.</param>
/// <param name="Node">The node, this run of it: another one after its next start.</param>
public sealed record ClaimChannel(string Slug, string KeyHash, string Node) : IChannelCommand, ITraced
{
    public string? TraceParent { get; init; }

    public ITraced SentIn(string? traceParent) => this with { TraceParent = traceParent };
}

/// <summary>A broadcast of the channel has ended on its origin.</summary>
/// <param name="Slug">The channel.</param>
/// <param name="Epoch">Of the claim that it was made under.</param>
/// <param name="BroadcastId">The broadcast.</param>
public sealed record EndBroadcast(string Slug, long Epoch, string BroadcastId) : IChannelCommand;

/// <summary>A node has no broadcast of the channel and no publisher any more: it gives its claim back.</summary>
/// <param name="Slug">The channel.</param>
/// <param name="Epoch">The claim's.</param>
public sealed record ReleaseChannel(string Slug, long Epoch) : IChannelCommand;

/// <summary>What a <see cref="ChannelEntity"/> says to a command.</summary>
public abstract record ChannelAnswer
{
    private ChannelAnswer()
    {
    }

    /// <summary>It is so.</summary>
    /// <param name="SequenceNr">The channel's newest event; of a claim, its epoch.</param>
    /// <param name="Event">What changed, null when it was so already.</param>
    public sealed record Done(long SequenceNr, IChannelEvent? Event) : ChannelAnswer;

    /// <summary>It is not, for a reason that was to be expected. Nothing has changed.</summary>
    public sealed record Refused(ChannelRefusal Reason) : ChannelAnswer;

    /// <summary>The journal did not take it. Nothing has changed.</summary>
    /// <param name="Reason">In a sentence.</param>
    /// <param name="IsDiskFull">There was no room for it.</param>
    public sealed record Failed(string Reason, bool IsDiskFull) : ChannelAnswer;

    /// <summary>The journal's database gave no answer: the event may be stored, or not. The next answer tells by what is in it.</summary>
    /// <param name="Reason">In a sentence.</param>
    public sealed record InDoubt(string Reason) : ChannelAnswer;
}

/// <summary>Why a channel refuses a command. The numbers are sent: they keep their meaning.</summary>
public enum ChannelRefusal : byte
{
    /// <summary>There is no such channel.</summary>
    NoChannel = 1,

    /// <summary>One of that name was deleted, and what belonged to it is not gone yet.</summary>
    Leaving = 2,

    /// <summary>The key is not this channel's.</summary>
    WrongKey = 3,

    /// <summary>The epoch is not that of the newest claim: another node is the origin, or another run of the same one.</summary>
    OtherEpoch = 4,
}

/// <summary>What has happened to a channel. Stored: events keep their meaning and their manifests for ever.</summary>
public interface IChannelEvent
{
    string Slug { get; }
}

public sealed record ChannelCreated(string Slug, string Title, string KeyHash, DateTimeOffset At) : IChannelEvent;

public sealed record ChannelRenamed(string Slug, string Title) : IChannelEvent;

public sealed record StreamKeyChanged(string Slug, string KeyHash) : IChannelEvent;

public sealed record ChannelDeleted(string Slug) : IChannelEvent;

public sealed record ChannelCleared(string Slug) : IChannelEvent;

/// <summary>A node is the channel's origin. The epoch is the event's own sequence number.</summary>
public sealed record ClaimGranted(string Slug, string Node) : IChannelEvent;

/// <summary>The node of the newest claim is not the channel's origin any more. Nobody is.</summary>
public sealed record ClaimReleased(string Slug, long Epoch) : IChannelEvent;

/// <summary>A broadcast has ended.</summary>
public sealed record BroadcastEnded(string Slug, long Epoch, string BroadcastId) : IChannelEvent;

/// <summary>An event, told to the nodes that follow the channels.</summary>
public sealed record ChannelNews(long SequenceNr, IChannelEvent Event);
