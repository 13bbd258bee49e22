using System.Collections.Concurrent;
using System.Data.Common;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using Streaming.Cluster.Databases;

namespace Streaming.Cluster.Channels;

/// <summary>
/// The channels as this node knows them, wholly in memory: what <see cref="ChannelEntity"/> has said, for all who only read. A node that
/// is alone has a copy in <c>channels.db</c>, so that a start reads the events since the last one, and no more. Stream keys are kept as
/// SHA-256 hashes, so a stolen file publishes nothing. From any thread.
/// </summary>
public sealed partial class ChannelDirectory : IDisposable
{
    /// <summary>The file of its copy, in the data folder.</summary>
    public const string FileName = "channels.db";

    private const string Schema =
        """
        CREATE TABLE IF NOT EXISTS channels (
            slug TEXT PRIMARY KEY, title TEXT NOT NULL, key_hash TEXT NOT NULL UNIQUE, created_at TEXT NOT NULL
        ) STRICT;
        CREATE TABLE IF NOT EXISTS leaving (slug TEXT PRIMARY KEY) STRICT;
        CREATE TABLE IF NOT EXISTS progress (ordering INTEGER PRIMARY KEY) STRICT;
        """;

    private readonly string? _path;
    private readonly Database? _database;
    private readonly ILogger _logger;
    private readonly Lock _writing = new();
    private readonly ConcurrentDictionary<string, Entry> _bySlug = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _slugByKeyHash = new(StringComparer.Ordinal);
    private long _version;

    /// <param name="path">The database file; made when missing.</param>
    /// <param name="logger">Told when the copy cannot be kept.</param>
    /// <exception cref="DatabaseUnusableException">It is damaged, or another program's.</exception>
    public ChannelDirectory(string path, ILogger logger)
    {
        _path = path;
        _logger = logger;
        _database = Database.Open(path, Schema, synchronous: "FULL");
    }

    private ChannelDirectory(ILogger logger) => _logger = logger;

    /// <summary>The directory of a node, with what its journal has.</summary>
    /// <param name="folder">The data folder.</param>
    /// <param name="journal">The journal.</param>
    /// <param name="given">Epochs that are known to have been given, whatever the journal says: the next ones are higher.</param>
    /// <param name="logger">Told when the copy cannot be kept, and which channels are not taken over.</param>
    /// <exception cref="DatabaseUnusableException">The journal or the copy cannot be used.</exception>
    public static ChannelDirectory Open(
        string folder, ChannelJournal journal, IReadOnlyList<(string Slug, long Epoch)> given, ILogger logger)
    {
        var directory = journal.IsShared
            ? new ChannelDirectory(logger)
            : new ChannelDirectory(Path.Combine(folder, FileName), logger);
        try
        {
            if (journal.IsShared)
            {
                directory.LoadShared(journal, folder, given);
            }
            else
            {
                directory.Load(journal, given);
            }

            return directory;
        }
        catch
        {
            directory.Dispose();
            throw;
        }
    }

    /// <summary>Grows with every change of what <see cref="All"/> is.</summary>
    public long Version => Volatile.Read(ref _version);

    /// <summary>All channels by slug.</summary>
    public IReadOnlyList<Channel> All =>
        [.. _bySlug.Values.Select(entry => entry.State.Channel).OfType<Channel>().OrderBy(channel => channel.Slug, StringComparer.Ordinal)];

    /// <summary>How many channels there are.</summary>
    public int Count => _slugByKeyHash.Count;

    /// <summary>Slugs of deleted channels, parts of which may be left.</summary>
    public IReadOnlyCollection<string> Leaving => [.. _bySlug.Where(entry => entry.Value.State.IsLeaving).Select(entry => entry.Key)];

    /// <summary>Whether a channel of that name was deleted, parts of which may be left.</summary>
    public bool IsLeaving(string slug) => _bySlug.TryGetValue(slug, out var entry) && entry.State.IsLeaving;

    /// <summary>The hash that stands for a stream key.</summary>
    public static string Hash(string streamKey) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(streamKey)));

    /// <summary>The channel of that name.</summary>
    public Channel? Find(string slug) => _bySlug.TryGetValue(slug, out var entry) ? entry.State.Channel : null;

    /// <summary>All that is known of the channel of that name, be there one or not.</summary>
    public ChannelState StateOf(string slug) => _bySlug.TryGetValue(slug, out var entry) ? entry.State : ChannelState.None;

    /// <summary>The channel that this key publishes to.</summary>
    public Channel? FindByStreamKey(string streamKey) =>
        _slugByKeyHash.TryGetValue(Hash(streamKey), out var slug) ? Find(slug) : null;

    /// <summary>Takes what has happened to a channel, unless it is known already: what comes twice or late changes nothing.</summary>
    /// <param name="sequenceNr">The event's number among those of its channel.</param>
    /// <param name="happened">The event.</param>
    public void Apply(long sequenceNr, IChannelEvent happened)
    {
        lock (_writing)
        {
            if (!_bySlug.TryGetValue(happened.Slug, out var known) || sequenceNr > known.SequenceNr)
            {
                Take(happened, sequenceNr);
            }
        }
    }

    /// <summary>Whether all events of a channel up to the newest that is known are: one that was told may have overtaken another.</summary>
    public bool IsWhole(string slug) => _bySlug.TryGetValue(slug, out var known) && known.IsWhole;

    /// <summary>Takes all events of a channel in the place of what is known of it, unless that is newer.</summary>
    /// <param name="slug">The channel.</param>
    /// <param name="events">Its events from the first on.</param>
    public void Rebuild(string slug, IReadOnlyList<(long SequenceNr, IChannelEvent Event)> events)
    {
        lock (_writing)
        {
            var known = _bySlug.GetValueOrDefault(slug);
            if (events is [.., var newest] && newest.SequenceNr >= (known?.SequenceNr ?? 0))
            {
                var state = events.Aggregate(
                    ChannelState.None, static (state, stored) => state.After(stored.Event, stored.SequenceNr));
                Set(slug, new Entry(state, newest.SequenceNr, IsWhole: true));
            }
        }
    }

    private void Take(IChannelEvent happened, long sequenceNr)
    {
        var before = _bySlug.GetValueOrDefault(happened.Slug) ?? new Entry(ChannelState.None, 0, IsWhole: true);
        var isNext = sequenceNr == before.SequenceNr + 1;
        Set(happened.Slug, new Entry(before.State.After(happened, sequenceNr), sequenceNr, before.IsWhole && isNext));
    }

    private void Set(string slug, Entry entry)
    {
        var before = _bySlug.GetValueOrDefault(slug)?.State ?? ChannelState.None;
        _bySlug[slug] = entry;
        if (before.KeyHash != entry.State.KeyHash)
        {
            _slugByKeyHash.TryRemove(before.KeyHash, out _);
        }

        if (entry.State.Channel is not null)
        {
            _slugByKeyHash[entry.State.KeyHash] = slug;
        }

        Interlocked.Increment(ref _version);
    }

    /// <summary>Sees whether the copy's database, if there is one, answers and takes what is written.</summary>
    /// <exception cref="DbException">It does not.</exception>
    public void Check() => _database?.Check();

    public void Dispose() => _database?.Dispose();

    /// <summary>Stays when its channel is deleted: else what comes late would bring the channel back.</summary>
    private sealed record Entry(ChannelState State, long SequenceNr, bool IsWhole);
}
