namespace Streaming.Cluster.Channels;

/// <summary>
/// What a channel's events add up to, and what it decides: knows nothing of actors and databases. Immutable.
/// </summary>
/// <param name="Channel">Null when there is none.</param>
/// <param name="KeyHash">The hash of its stream key; empty without a channel.</param>
/// <param name="IsLeaving">It was deleted, and what belonged to it is not gone yet.</param>
/// <param name="Origin">The newest claim: its node, null when it gave the channel back, and its epoch.</param>
public sealed record ChannelState(Channel? Channel, string KeyHash, bool IsLeaving, (string? Node, long Epoch)? Origin)
{
    /// <summary>Nothing has happened yet.</summary>
    public static ChannelState None { get; } = new(null, "", false, null);

    /// <summary>
    /// Decides on a command: an event that is to be stored, or (null) an answer at once, as nothing has to change.
    /// </summary>
    public (IChannelEvent? Event, ChannelAnswer? Answer) Decide(IChannelCommand command, long sequenceNr) => command switch
    {
        PutChannel when IsLeaving => Refuse(ChannelRefusal.Leaving),
        PutChannel put when Channel is null => Store(new ChannelCreated(put.Slug, put.Title ?? put.Slug, put.KeyHash, put.At)),
        PutChannel { Title: { } title } put when title != Channel.Title => Store(new ChannelRenamed(put.Slug, title)),
        PutChannel => Already(sequenceNr),
        ClearChannel clear => IsLeaving ? Store(new ChannelCleared(clear.Slug)) : Already(sequenceNr),
        _ when Channel is null => Refuse(ChannelRefusal.NoChannel),
        ChangeStreamKey change => Store(new StreamKeyChanged(change.Slug, change.KeyHash)),
        DeleteChannel delete => Store(new ChannelDeleted(delete.Slug)),
        ClaimChannel claim when claim.KeyHash != KeyHash => Refuse(ChannelRefusal.WrongKey),
        ClaimChannel claim when Origin is { } origin && origin.Node == claim.Node => Already(origin.Epoch),
        ClaimChannel claim => Store(new ClaimGranted(claim.Slug, claim.Node)),
        EndBroadcast end when end.Epoch != Origin?.Epoch => Refuse(ChannelRefusal.OtherEpoch),
        EndBroadcast end => Store(new BroadcastEnded(end.Slug, end.Epoch, end.BroadcastId)),
        ReleaseChannel release when release.Epoch != Origin?.Epoch => Refuse(ChannelRefusal.OtherEpoch),
        ReleaseChannel release => Origin is { Node: null } ? Already(sequenceNr) : Store(new ClaimReleased(release.Slug, release.Epoch)),
        _ => throw new ArgumentException($"A channel takes no {command.GetType()}.", nameof(command)),
    };

    /// <summary>The state after an event.</summary>
    /// <param name="happened">What has happened.</param>
    /// <param name="sequenceNr">The event's number in the journal.</param>
    public ChannelState After(IChannelEvent happened, long sequenceNr) => happened switch
    {
        ChannelCreated created => None with
        {
            Channel = new Channel(created.Slug, created.Title, created.At),
            KeyHash = created.KeyHash,
        },
        ChannelRenamed renamed => this with { Channel = Channel is { } there ? there with { Title = renamed.Title } : null },
        StreamKeyChanged changed => this with { KeyHash = changed.KeyHash },
        ChannelDeleted => None with { IsLeaving = true },
        ChannelCleared => None,
        ClaimGranted granted => this with { Origin = (granted.Node, sequenceNr) },
        ClaimReleased released => this with { Origin = (null, released.Epoch) },
        BroadcastEnded => this,
        _ => throw new ArgumentException($"A channel has no {happened.GetType()}.", nameof(happened)),
    };

    private static (IChannelEvent?, ChannelAnswer?) Store(IChannelEvent happened) => (happened, null);

    private static (IChannelEvent?, ChannelAnswer?) Already(long sequenceNr) => (null, new ChannelAnswer.Done(sequenceNr, null));

    private static (IChannelEvent?, ChannelAnswer?) Refuse(ChannelRefusal reason) => (null, new ChannelAnswer.Refused(reason));
}
