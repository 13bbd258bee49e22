using System.Runtime.Serialization;
using Streaming.Cluster.Databases;
using Streaming.Cluster.Membership;
using Streaming.Cluster.Serialization;

namespace Streaming.Cluster.Channels;

/// <summary>The channels' events in the journal of all entities, for those who are no entity.</summary>
public sealed class ChannelJournal(EventJournal journal)
{
    private static readonly MessageFormats Formats = new(ChannelFormats.All);

    /// <summary>The place of the newest event; 0 without any.</summary>
    public long Newest => journal.Newest(ChannelEntity.IdPrefix);

    /// <summary>The place of the newest event of all entities, which is cheaper to ask for; 0 without any.</summary>
    /// <exception cref="DatabaseUnusableException">It cannot be read.</exception>
    public long NewestOfAll => journal.NewestOfAll;

    /// <summary>Other nodes store their channels' events in it, too.</summary>
    public bool IsShared => journal.IsShared;

    /// <summary>What it is called where people read it.</summary>
    public string Name => journal.Name;

    /// <summary>The events after a place, in order.</summary>
    /// <exception cref="DatabaseUnusableException">One cannot be read.</exception>
    public IReadOnlyList<(long SequenceNr, IChannelEvent Event)> After(long ordering) =>
        Read(journal.Read(ChannelEntity.IdPrefix, ordering));

    /// <summary>What operators did to channels, in order: all events but those of claims and broadcasts, which are most of them.</summary>
    /// <exception cref="DatabaseUnusableException">One cannot be read.</exception>
    public IReadOnlyList<(long SequenceNr, IChannelEvent Event)> Changes() =>
        Read(journal.Read(ChannelEntity.IdPrefix, 0, ChannelFormats.OfClaims));

    /// <summary>All events of one channel, in order.</summary>
    /// <exception cref="DatabaseUnusableException">One cannot be read.</exception>
    public IReadOnlyList<(long SequenceNr, IChannelEvent Event)> Of(string slug) => Read(journal.Of(ChannelEntity.IdPrefix + slug));

    /// <summary>Begins the journal with one event of each channel; false where it has something of channels already.</summary>
    /// <exception cref="DatabaseUnusableException">It does not take them.</exception>
    public bool TryBegin(IEnumerable<IChannelEvent> first) => journal.TryBegin(
        ChannelEntity.IdPrefix,
        first.Select(happened => new StoredEvent(
            0, ChannelEntity.IdPrefix + happened.Slug, 1, Formats.ManifestOf(happened), Formats.Write(happened))),
        MessageFormats.SerializerId);

    /// <summary>
    /// Sees to it that the next epochs of channels are above those that were given before: a journal that was lost, or put back from
    /// an older copy, does not know of them. Before there are actors of this node.
    /// </summary>
    /// <param name="given">The highest of each channel that is known from elsewhere.</param>
    /// <exception cref="DatabaseUnusableException">It does not take them.</exception>
    public void Lift(IEnumerable<(string Slug, long Epoch)> given) => journal.Lift(
        from known in given
        let released = new ClaimReleased(known.Slug, known.Epoch)
        select new StoredEvent(
            0, ChannelEntity.IdPrefix + known.Slug, known.Epoch, Formats.ManifestOf(released), Formats.Write(released)),
        MessageFormats.SerializerId);

    private List<(long SequenceNr, IChannelEvent Event)> Read(IReadOnlyList<StoredEvent> events)
    {
        try
        {
            return [.. from stored in events select (stored.SequenceNr, (IChannelEvent)Formats.Read(stored.Bytes, stored.Manifest))];
        }
        catch (SerializationException e)
        {
            throw journal.Unusable(e.Message, e);
        }
    }
}
