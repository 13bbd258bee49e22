using Microsoft.Extensions.Logging;
using Streaming.Cluster.Databases;
using Streaming.Cluster.Membership;

namespace Streaming.Cluster.Channels;

/// <content>A journal that other nodes store their events in, too. There is no copy of it: the order in which it numbers events is not the
/// order in which they become visible, so nobody could say since when a copy is out of date.</content>
public sealed partial class ChannelDirectory
{
    // Of channels that are not taken over, as many are named in the log.
    private const int NamedMax = 20;

    /// <summary>
    /// Learns what channels there are. Where the journal has none yet, it begins with those that this data folder has from its time
    /// without a server; they stay there as they are. Where it has some, those of the folder are left, and told.
    /// </summary>
    /// <exception cref="DatabaseUnusableException">
    /// The journal cannot be read; or it is empty, and the folder's channels cannot.
    /// </exception>
    private void LoadShared(ChannelJournal journal, string folder, IReadOnlyList<(string Slug, long Epoch)> given)
    {
        var happened = journal.Changes();
        if (happened.Count == 0 && OfFolder(folder) is { Count: > 0 } own)
        {
            if (journal.TryBegin(own))
            {
                LogTakenOver(own.Count, folder, journal.Name);
            }

            happened = journal.Changes();
        }

        journal.Lift(given);

        foreach (var (sequenceNr, change) in happened)
        {
            Apply(sequenceNr, change);
        }

        TellLeft(folder, journal.Name);
    }

    private void TellLeft(string folder, string journal)
    {
        try
        {
            var left = OfFolder(folder).Select(own => own.Slug).Except(_bySlug.Keys).Order(StringComparer.Ordinal).ToList();
            if (left.Count > 0)
            {
                LogLeft(left.Count, folder, journal, string.Join(", ", left.Take(NamedMax)) + (left.Count > NamedMax ? ", …" : ""));
            }
        }
        catch (DatabaseUnusableException e)
        {
            LogFolderUnusable(e.Message); // Nobody needs it any more.
        }
    }

    /// <summary>The channels of a data folder from its time without a server, an event of each.</summary>
    private IReadOnlyList<IChannelEvent> OfFolder(string folder)
    {
        var (events, copy) = (Path.Combine(folder, EventJournal.FileName), Path.Combine(folder, FileName));
        if (!File.Exists(events) && !File.Exists(copy))
        {
            return [];
        }

        using var journal = new EventJournal(events);
        using var directory = new ChannelDirectory(copy, _logger);
        directory.Load(new ChannelJournal(journal), []);
        return directory.First();
    }

    [LoggerMessage(246, LogLevel.Information,
        "{Count} channels of {Folder} were taken over into the {Journal}. The folder keeps its own as they were, for a start without it.")]
    private partial void LogTakenOver(int count, string folder, string journal);

    [LoggerMessage(247, LogLevel.Warning,
        "{Count} channels of {Folder} are not in the {Journal}, which had channels before, and are not taken over: {Slugs}. Make them anew, "
        + "or move events.db and channels.db away if nobody needs them.")]
    private partial void LogLeft(int count, string folder, string journal, string slugs);

    [LoggerMessage(248, LogLevel.Warning, "What channels the data folder had without a server is not known: {Reason}")]
    private partial void LogFolderUnusable(string reason);
}
