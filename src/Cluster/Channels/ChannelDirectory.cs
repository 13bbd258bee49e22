using System.Collections.Concurrent;
using System.Data.Common;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Streaming.Cluster.Databases;
using Streaming.Cluster.Live;

namespace Streaming.Cluster.Channels;

/// <summary>
/// The channels of this node, in SQLite and wholly in memory too: there are few, and every publisher and page asks for them.
/// Stream keys are kept as SHA-256 hashes, so a stolen file publishes nothing. What the database refuses does not change what is in
/// memory: <see cref="DbException"/>, and everything is as it was.
/// </summary>
public sealed class ChannelDirectory : IDisposable
{
    /// <summary>Channels that a node takes.</summary>
    public const int ChannelsMax = 10_000;

    private const string Schema =
        """
        CREATE TABLE IF NOT EXISTS channels (
            slug TEXT PRIMARY KEY, title TEXT NOT NULL, key_hash TEXT NOT NULL UNIQUE, created_at TEXT NOT NULL
        ) STRICT;
        CREATE TABLE IF NOT EXISTS leaving (slug TEXT PRIMARY KEY) STRICT;
        """;

    private readonly Database _database;
    private readonly TimeProvider _time;
    private readonly Lock _writing = new();
    private readonly ConcurrentDictionary<string, Entry> _bySlug = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _slugByKeyHash = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _leaving = new(StringComparer.Ordinal);
    private long _version;

    /// <param name="path">The database file; made when missing.</param>
    /// <param name="time">Dates new channels.</param>
    /// <exception cref="DatabaseUnusableException">It is damaged, or another program's.</exception>
    public ChannelDirectory(string path, TimeProvider time)
    {
        _time = time;
        _database = Database.Open(path, Schema, synchronous: "FULL");
        try
        {
            Load();
        }
        catch (Exception e) when (e is DbException or FormatException)
        {
            _database.Dispose();
            throw e is DbException failure
                ? new DatabaseUnusableException(path, failure)
                : new DatabaseUnusableException(path, e.Message, e);
        }
    }

    /// <summary>Grows with every change of what <see cref="All"/> is.</summary>
    public long Version => Volatile.Read(ref _version);

    /// <summary>All channels by slug.</summary>
    public IReadOnlyList<Channel> All =>
        [.. _bySlug.Values.Select(entry => entry.Channel).OrderBy(channel => channel.Slug, StringComparer.Ordinal)];

    /// <summary>The channel of that name.</summary>
    public Channel? Find(string slug) => _bySlug.TryGetValue(slug, out var entry) ? entry.Channel : null;

    /// <summary>The channel that this key publishes to.</summary>
    public Channel? FindByStreamKey(string streamKey) =>
        _slugByKeyHash.TryGetValue(Hash(streamKey), out var slug) ? Find(slug) : null;

    /// <summary>
    /// Makes a channel, or renames the one that is there.
    /// </summary>
    /// <param name="slug">Its name in addresses: see <see cref="Channel.IsSlug"/>.</param>
    /// <param name="title">Its name for people; null keeps what is there, or takes the slug.</param>
    /// <returns>The channel, and its stream key if it is new: the only time that the key is known.</returns>
    /// <exception cref="InvalidOperationException">There are <see cref="ChannelsMax"/> channels.</exception>
    public (Channel Channel, string? StreamKey) Put(string slug, string? title)
    {
        lock (_writing)
        {
            if (_bySlug.TryGetValue(slug, out var entry))
            {
                var renamed = entry.Channel with { Title = title ?? entry.Channel.Title };
                Execute("UPDATE channels SET title = $title WHERE slug = $slug", ("$title", renamed.Title), ("$slug", slug));
                _bySlug[slug] = entry with { Channel = renamed };
                Interlocked.Increment(ref _version);
                return (renamed, null);
            }

            if (_bySlug.Count >= ChannelsMax)
            {
                throw new InvalidOperationException($"This node has its {ChannelsMax:N0} channels.");
            }

            var channel = new Channel(slug, title ?? slug, _time.GetUtcNow());
            var key = Ids.NewSecret();
            Execute(
                "INSERT INTO channels (slug, title, key_hash, created_at) VALUES ($slug, $title, $hash, $at)",
                ("$slug", slug), ("$title", channel.Title), ("$hash", Hash(key)),
                ("$at", channel.CreatedAt.ToString("O", CultureInfo.InvariantCulture)));
            Remember(new Entry(channel, Hash(key)));
            return (channel, key);
        }
    }

    /// <summary>Gives a channel a new stream key; the old one is worth nothing from now on. Null without such a channel.</summary>
    public string? RotateStreamKey(string slug)
    {
        lock (_writing)
        {
            if (!_bySlug.TryGetValue(slug, out var entry))
            {
                return null;
            }

            var key = Ids.NewSecret();
            Execute("UPDATE channels SET key_hash = $hash WHERE slug = $slug", ("$hash", Hash(key)), ("$slug", slug));
            _slugByKeyHash.TryRemove(entry.KeyHash, out _);
            Remember(entry with { KeyHash = Hash(key) });
            return key;
        }
    }

    /// <summary>
    /// Deletes a channel; false when there is none. What belongs to it is to follow: until <see cref="Forget"/>, it is among
    /// <see cref="Leaving"/>, also after a restart.
    /// </summary>
    public bool Delete(string slug)
    {
        lock (_writing)
        {
            if (!_bySlug.TryGetValue(slug, out var entry))
            {
                return false;
            }

            _database.WithSpareSpace(() => _database.AtOnce(() =>
            {
                Execute("DELETE FROM channels WHERE slug = $slug", ("$slug", slug));
                Execute("INSERT OR IGNORE INTO leaving VALUES ($slug)", ("$slug", slug));
            }));
            _leaving[slug] = true;
            _bySlug.TryRemove(slug, out _);
            _slugByKeyHash.TryRemove(entry.KeyHash, out _);
            Interlocked.Increment(ref _version);
            return true;
        }
    }

    /// <summary>Slugs of deleted channels, parts of which may be left.</summary>
    public IReadOnlyCollection<string> Leaving => [.. _leaving.Keys];

    /// <summary>Nothing is left of a deleted channel.</summary>
    public void Forget(string slug)
    {
        lock (_writing)
        {
            Execute("DELETE FROM leaving WHERE slug = $slug", ("$slug", slug));
            _leaving.TryRemove(slug, out _);
        }
    }

    /// <summary>Sees whether the database answers and takes what is written.</summary>
    /// <exception cref="DbException">It does not.</exception>
    public void Check() => _database.Check();

    public void Dispose() => _database.Dispose();

    private static string Hash(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    private void Load()
    {
        using var command = _database.Connection.CreateCommand();
        command.CommandText = "SELECT slug, title, key_hash, created_at FROM channels";
        using (var rows = command.ExecuteReader())
        {
            while (rows.Read())
            {
                var createdAt = DateTimeOffset.Parse(rows.GetString(3), CultureInfo.InvariantCulture);
                Remember(new Entry(new Channel(rows.GetString(0), rows.GetString(1), createdAt), rows.GetString(2)));
            }
        }

        command.CommandText = "SELECT slug FROM leaving";
        using var leaving = command.ExecuteReader();
        while (leaving.Read())
        {
            _leaving[leaving.GetString(0)] = true;
        }
    }

    private void Remember(Entry entry)
    {
        _bySlug[entry.Channel.Slug] = entry;
        _slugByKeyHash[entry.KeyHash] = entry.Channel.Slug;
        Interlocked.Increment(ref _version);
    }

    private void Execute(string sql, params ReadOnlySpan<(string Name, string Value)> parameters)
    {
        using var command = _database.Connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value);
        }

        command.ExecuteNonQuery();
    }

    private sealed record Entry(Channel Channel, string KeyHash);
}
