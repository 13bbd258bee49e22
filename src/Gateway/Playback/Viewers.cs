using System.Collections.Concurrent;
using Streaming.Gateway.Access;
using Streaming.Gateway.Configuration;

namespace Streaming.Gateway.Playback;

/// <summary>
/// Counts who watches: distinct clients (address and user agent) that fetched a playlist again and again in the last moments. An
/// estimate: two equal browsers behind one address are one, and of one address no more are believed than
/// <see cref="AccessOptions.ViewersMax"/>. The counts are kept as they change; asking for one costs nothing.
/// </summary>
public sealed class Viewers : IDisposable
{
    /// <summary>A client that fetched nothing for this long has left: more than two target durations.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(15);

    /// <summary>A client that fetches again after this long plays; what it asks for sooner tells nothing.</summary>
    public static readonly TimeSpan Apart = TimeSpan.FromSeconds(1);

    /// <summary>How often it is looked for who has left.</summary>
    public static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(5);

    /// <summary>Clients that are remembered in all, about 100 bytes each. Further ones are not counted until some have left.</summary>
    public const int ClientsMax = 200_000;

    private readonly TimeProvider _time;
    private readonly int _perAddressMax;
    private readonly ConcurrentDictionary<string, Room> _rooms = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private readonly Dictionary<NetworkPrefix, int> _byAddress = [];
    private readonly ITimer _sweeper;
    private int _clients;

    /// <param name="time">The clock.</param>
    /// <param name="perAddressMax">Clients of one address that are counted.</param>
    public Viewers(TimeProvider time, int perAddressMax)
    {
        (_time, _perAddressMax) = (time, perAddressMax);
        _sweeper = time.CreateTimer(static self => ((Viewers)self!).Sweep(), this, SweepInterval, SweepInterval);
    }

    /// <summary>Somebody asks for a media playlist or an MPD of that channel.</summary>
    public void Saw(string slug, HttpContext context)
    {
        if (HttpMethods.IsHead(context.Request.Method))
        {
            return; // No player asks for that.
        }

        var address = context.Connection.RemoteIpAddress;
        var id = HashCode.Combine(address, context.Request.Headers.UserAgent.ToString());
        var room = _rooms.GetOrAdd(slug, static _ => new Room());
        if (room.Clients.TryGetValue(id, out var client))
        {
            // It asks several times a second; most of its requests find it noted, and write nothing.
            if (_time.GetElapsedTime(client.SeenAt) >= Apart && client.Plays(_time.GetTimestamp()))
            {
                Interlocked.Increment(ref room.Count);
            }
        }
        else
        {
            Note(slug, room, id, NetworkPrefix.Of(address));
        }
    }

    /// <summary>How many watch that channel.</summary>
    public int Of(string slug) => _rooms.TryGetValue(slug, out var room) ? Volatile.Read(ref room.Count) : 0;

    /// <summary>How many watch any channel.</summary>
    public int Count => _rooms.Sum(static room => Volatile.Read(ref room.Value.Count));

    public void Dispose() => _sweeper.Dispose();

    private void Note(string slug, Room room, int id, NetworkPrefix address)
    {
        lock (_gate)
        {
            var already = _byAddress.GetValueOrDefault(address);
            if (_clients < ClientsMax && already < _perAddressMax
                && _rooms.TryGetValue(slug, out var current) && current == room
                && room.Clients.TryAdd(id, new Client(address, _time.GetTimestamp())))
            {
                _clients++;
                _byAddress[address] = already + 1;
            }
        }
    }

    /// <summary>Forgets who has left. Requests go on meanwhile: what holds them up is held for one client at a time.</summary>
    private void Sweep()
    {
        foreach (var (slug, room) in _rooms)
        {
            foreach (var (id, client) in room.Clients)
            {
                if (_time.GetElapsedTime(client.SeenAt) > Timeout)
                {
                    Forget(room, id, client);
                }
            }

            lock (_gate)
            {
                if (room.Clients.IsEmpty)
                {
                    _rooms.TryRemove(slug, out _);
                }
            }
        }
    }

    private void Forget(Room room, int id, Client client)
    {
        if (client.Leave())
        {
            Interlocked.Decrement(ref room.Count);
        }

        lock (_gate)
        {
            room.Clients.TryRemove(id, out _);
            _clients--;
            if (--_byAddress[client.Address] == 0)
            {
                _byAddress.Remove(client.Address);
            }
        }
    }

    private sealed class Room
    {
        public ConcurrentDictionary<int, Client> Clients { get; } = new();

        /// <summary>Those of them that play.</summary>
        public int Count;
    }

    private sealed class Client(NetworkPrefix address, long seenAt)
    {
        private long _seenAt = seenAt;
        private bool _plays;
        private bool _hasLeft;

        public NetworkPrefix Address => address;

        public long SeenAt => Volatile.Read(ref _seenAt);

        /// <summary>It asked again. True when that is how it is known that it plays.</summary>
        public bool Plays(long now)
        {
            lock (this)
            {
                Volatile.Write(ref _seenAt, now);
                return !_hasLeft && !_plays && (_plays = true);
            }
        }

        /// <summary>It is not there any more. True when it played.</summary>
        public bool Leave()
        {
            lock (this)
            {
                _hasLeft = true;
                return _plays;
            }
        }
    }
}
