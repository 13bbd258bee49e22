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

    /// <summary>The events after a place, in order.</summary>
    /// <exception cref="DatabaseUnusableException">One cannot be read.</exception>
    public IReadOnlyList<(long SequenceNr, IChannelEvent Event)> After(long ordering)
    {
        try
        {
            return
            [
                .. from stored in journal.Read(ChannelEntity.IdPrefix, ordering)
                   select (stored.SequenceNr, (IChannelEvent)Formats.Read(stored.Bytes, stored.Manifest)),
            ];
        }
        catch (SerializationException e)
        {
            throw new DatabaseUnusableException(journal.Path, e.Message, e);
        }
    }

    /// <summary>Begins the journal, where it has nothing of channels yet, with one event of each.</summary>
    public void Begin(IEnumerable<IChannelEvent> first) => journal.Append(
        first.Select(happened => new StoredEvent(
            0, ChannelEntity.IdPrefix + happened.Slug, 1, Formats.ManifestOf(happened), Formats.Write(happened))),
        MessageFormats.SerializerId);

    /// <summary>
    /// Sees to it that the next epochs of channels are above those that were given before: a journal that was lost, or put back from
    /// an older copy, does not know of them. Before there are actors.
    /// </summary>
    /// <param name="given">The highest of each channel that is known from elsewhere.</param>
    public void Lift(IEnumerable<(string Slug, long Epoch)> given) => journal.Append(
        from known in given
        where journal.Highest(ChannelEntity.IdPrefix + known.Slug) < known.Epoch
        let released = new ClaimReleased(known.Slug, known.Epoch)
        select new StoredEvent(
            0, ChannelEntity.IdPrefix + known.Slug, known.Epoch, Formats.ManifestOf(released), Formats.Write(released)),
        MessageFormats.SerializerId);
}
