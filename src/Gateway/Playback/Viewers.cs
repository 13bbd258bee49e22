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

    // A client asks several times a second; most of its requests find it noted, and write nothing.
    private static readonly TimeSpan Grain = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, Room> _rooms = new(StringComparer.Ordinal);

    /// <summary>Somebody fetched a playlist of that channel.</summary>
    public void Saw(string slug, HttpContext request)
    {
        var client = HashCode.Combine(request.Connection.RemoteIpAddress, request.Request.Headers.UserAgent.ToString());
        _rooms.GetOrAdd(slug, static _ => new Room()).Saw(client, time);
    }

    /// <summary>How many watch that channel.</summary>
    public int Of(string slug) => _rooms.TryGetValue(slug, out var room) ? room.Count(time) : 0;

    private sealed class Room
    {
        private readonly ConcurrentDictionary<int, long> _seen = new();

        // The dictionary's own count takes all of its locks.
        private int _count;

        public void Saw(int client, TimeProvider time)
        {
            if (_seen.TryGetValue(client, out var seen))
            {
                if (time.GetElapsedTime(seen) > Grain)
                {
                    _seen.TryUpdate(client, time.GetTimestamp(), seen);
                }
            }
            else if (Volatile.Read(ref _count) < ClientsMax && _seen.TryAdd(client, time.GetTimestamp()))
            {
                Interlocked.Increment(ref _count);
            }
        }

        public int Count(TimeProvider time)
        {
            foreach (var entry in _seen)
            {
                if (time.GetElapsedTime(entry.Value) > Timeout && _seen.TryRemove(entry))
                {
                    Interlocked.Decrement(ref _count);
                }
            }

            return Volatile.Read(ref _count);
        }
    }
}
