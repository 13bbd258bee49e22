using System.Data.Common;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Streaming.Cluster.Databases;

namespace Streaming.Cluster.Channels;

/// <content>The copy on disk: what the channels were at a place of the journal.</content>
public sealed partial class ChannelDirectory
{
    /// <summary>
    /// Learns what channels there are: from the copy, and from the events since. Where the journal has none (a data folder of before there
    /// was one, or a journal that was lost), it begins with what the copy says.
    /// </summary>
    /// <param name="journal">The journal.</param>
    /// <param name="given">Epochs that are known to have been given, whatever the journal says: the next ones are higher.</param>
    /// <exception cref="DatabaseUnusableException">The copy or the journal cannot be read.</exception>
    public void Load(ChannelJournal journal, IReadOnlyList<(string Slug, long Epoch)> given)
    {
        try
        {
            var (newest, known) = (journal.Newest, Progress());
            if (newest == 0)
            {
                LoadCopy();
                journal.TryBegin(First());
                journal.Lift(given);
                newest = journal.Newest;
            }
            else
            {
                journal.Lift(given);
                newest = journal.Newest;

                // A copy that knows more than the journal is none of it.
                var isOfIt = known <= newest;
                if (isOfIt)
                {
                    LoadCopy();
                }

                foreach (var (sequenceNr, happened) in journal.After(isOfIt ? known.GetValueOrDefault() : 0))
                {
                    Apply(sequenceNr, happened);
                }
            }

            if (newest != known)
            {
                Keep(newest);
            }
        }
        catch (Exception e) when (e is DbException or FormatException)
        {
            throw e is DbException failure
                ? new DatabaseUnusableException(_path!, failure)
                : new DatabaseUnusableException(_path!, e.Message, e);
        }
    }

    /// <summary>An event of each channel, with which another journal can begin.</summary>
    private IReadOnlyList<IChannelEvent> First() =>
    [
        .. from entry in _bySlug
           where entry.Value.State is { Channel: not null } or { IsLeaving: true }
           let state = entry.Value.State
           select state.Channel is { } channel
               ? (IChannelEvent)new ChannelCreated(entry.Key, channel.Title, state.KeyHash, channel.CreatedAt)
               : new ChannelDeleted(entry.Key),
    ];

    private long? Progress()
    {
        using var command = _database!.Connection.CreateCommand();
        command.CommandText = "SELECT max(ordering) FROM progress";
        return command.ExecuteScalar() as long?;
    }

    private void LoadCopy()
    {
        using var command = _database!.Connection.CreateCommand();
        command.CommandText = "SELECT slug, title, key_hash, created_at FROM channels";
        using (var rows = command.ExecuteReader())
        {
            while (rows.Read())
            {
                var createdAt = DateTimeOffset.Parse(rows.GetString(3), CultureInfo.InvariantCulture);
                Remember(new ChannelCreated(rows.GetString(0), rows.GetString(1), rows.GetString(2), createdAt));
            }
        }

        command.CommandText = "SELECT slug FROM leaving";
        using var leaving = command.ExecuteReader();
        while (leaving.Read())
        {
            Remember(new ChannelDeleted(leaving.GetString(0)));
        }
    }

    /// <summary>Takes what the copy says, as of before any event that is to come.</summary>
    private void Remember(IChannelEvent happened) => Take(happened, sequenceNr: 0);

    private void Keep(long ordering)
    {
        try
        {
            _database!.WithSpareSpace(() => _database!.AtOnce(() =>
            {
                Execute("DELETE FROM channels; DELETE FROM leaving; DELETE FROM progress");
                foreach (var state in _bySlug.Values.Select(entry => entry.State))
                {
                    if (state.Channel is { } channel)
                    {
                        Execute(
                            "INSERT INTO channels (slug, title, key_hash, created_at) VALUES ($slug, $title, $hash, $at)",
                            ("$slug", channel.Slug), ("$title", channel.Title), ("$hash", state.KeyHash),
                            ("$at", channel.CreatedAt.ToString("O", CultureInfo.InvariantCulture)));
                    }
                }

                foreach (var slug in Leaving)
                {
                    Execute("INSERT INTO leaving VALUES ($slug)", ("$slug", slug));
                }

                Execute("INSERT INTO progress VALUES ($ordering)", ("$ordering", ordering));
            }));
        }
        catch (DbException e)
        {
            LogNotKept(e.Message); // The next start reads more of the journal.
        }
    }

    private void Execute(string sql, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        using var command = _database!.Connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value);
        }

        command.ExecuteNonQuery();
    }

    [LoggerMessage(243, LogLevel.Warning, "The copy of the channels could not be kept; the next start reads more events: {Reason}")]
    private partial void LogNotKept(string reason);
}
