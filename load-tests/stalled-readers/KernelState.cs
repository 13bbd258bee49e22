using System.Globalization;

namespace Streaming.StalledReaders;

/// <summary>What the kernel says of its TCP sockets. proc(5).</summary>
internal static class KernelState
{
    private const string Established = "01";

    /// <summary>Bytes of all TCP sockets of this machine, on both ends.</summary>
    public static long TcpBytes()
    {
        var words = File.ReadLines("/proc/net/sockstat").First(line => line.StartsWith("TCP:", StringComparison.Ordinal)).Split(' ');
        return long.Parse(words[Array.IndexOf(words, "mem") + 1], CultureInfo.InvariantCulture) * Environment.SystemPageSize;
    }

    /// <summary>Of the server's ends of these connections: how many there are, and the bytes that wait to be sent there.</summary>
    public static (int Count, long UnsentBytes) ServerSide(int port, IReadOnlySet<int> clientPorts)
    {
        var (count, bytes) = (0, 0L);
        foreach (var table in new[] { "/proc/net/tcp", "/proc/net/tcp6" })
        {
            foreach (var line in File.ReadLines(table).Skip(1))
            {
                var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (fields[3] == Established && PortOf(fields[1]) == port && clientPorts.Contains(PortOf(fields[2])))
                {
                    count++;
                    bytes += long.Parse(fields[4].AsSpan(0, 8), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
                }
            }
        }

        return (count, bytes);
    }

    private static int PortOf(string address) =>
        int.Parse(address.AsSpan(address.IndexOf(':') + 1), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
