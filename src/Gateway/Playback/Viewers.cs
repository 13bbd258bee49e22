using System.Collections.Concurrent;

namespace Streaming.Gateway.Playback;

/// <summary>
/// Counts who watches: distinct clients (address and user agent) that fetched a playlist in the last moments. An estimate:
/// two equal browsers behind one address are one.
/// </summary>
public sealed class Viewers(TimeProvider time)
{
    /// <summary>A client that fetched nothing for this long has left: more than two target durations.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(15);

    /// <summary>Clients that are counted for one channel.</summary>
    public const int ClientsMax = 200_000;

    private readonly ConcurrentDictionary<string, Room> _rooms = new(StringComparer.Ordinal);

    /// <summary>Somebody fetched a playlist of that channel.</summary>
    public void Saw(string slug, HttpContext request)
    {
        var client = HashCode.Combine(request.Connection.RemoteIpAddress, request.Request.Headers.UserAgent.ToString());
        var room = _rooms.GetOrAdd(slug, static _ => new Room());
        if (room.Clients.Count < ClientsMax || room.Clients.ContainsKey(client))
        {
            room.Clients[client] = time.GetTimestamp();
        }
    }

    /// <summary>How many watch that channel.</summary>
    public int Of(string slug)
    {
        if (!_rooms.TryGetValue(slug, out var room))
        {
            return 0;
        }

        foreach (var (client, seen) in room.Clients)
        {
            if (time.GetElapsedTime(seen) > Timeout)
            {
                room.Clients.TryRemove(client, out _);
            }
        }

        return room.Clients.Count;
    }

    private sealed class Room
    {
        public ConcurrentDictionary<int, long> Clients { get; } = new();
    }
}
