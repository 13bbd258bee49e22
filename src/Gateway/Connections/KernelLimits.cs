using System.Net.Sockets;

namespace Streaming.Gateway.Connections;

/// <summary>
/// What the kernel may hold for a connection, and for how long. Set on a listening socket, whose connections inherit it. tcp(7).
/// </summary>
internal static class KernelLimits
{
    /// <summary>
    /// Bytes that may wait to be sent: the kernel takes more when half of them are gone, and then one buffer of up to 64 KiB above
    /// it. What is on its way is not counted, so that it costs far viewers nothing: over 100 ms one connection carries 180 Mbit/s
    /// as it does without a limit, and 6 with a send buffer of 64 KiB. A viewer who reads nothing holds 48 KB instead of 4 MB.
    /// </summary>
    public const int UnsentMax = 32 * 1024;

    /// <summary>
    /// Bytes of requests that may wait to be read, as the kernel counts, which doubles it: it would take up to 32 MB. Requests are
    /// short, and who sends many while an answer goes out can wait.
    /// </summary>
    public const int UnreadMax = 32 * 1024;

    private const int TcpLevel = 6;
    private const int TcpUserTimeout = 18;
    private const int TcpNotSentLowWater = 25;

    /// <summary>Bounds what waits to be sent.</summary>
    public static void LimitUnsent(Socket listener) => Set(listener, TcpNotSentLowWater, UnsentMax);

    /// <summary>Bounds what waits to be read.</summary>
    public static void LimitUnread(Socket listener) => listener.ReceiveBufferSize = UnreadMax;

    /// <summary>
    /// Ends a connection whose peer takes nothing for that long, because it does not read or is gone, and frees what was to be sent;
    /// also after we have closed it. Who takes a little goes on.
    /// </summary>
    public static void EndStalled(Socket listener, TimeSpan timeout) => Set(listener, TcpUserTimeout, (int)timeout.TotalMilliseconds);

    /// <summary>What is set on a socket; null where the kernel does not know it.</summary>
    internal static (int UnsentMax, TimeSpan StallTimeout)? Of(Socket socket) => OperatingSystem.IsLinux()
        ? (Get(socket, TcpNotSentLowWater), TimeSpan.FromMilliseconds(Get(socket, TcpUserTimeout)))
        : null;

    private static void Set(Socket socket, int option, int value)
    {
        // Elsewhere Kestrel's rule holds alone: a flush has its time (MinResponseDataRate).
        if (OperatingSystem.IsLinux())
        {
            socket.SetRawSocketOption(TcpLevel, option, BitConverter.GetBytes(value));
        }
    }

    private static int Get(Socket socket, int option)
    {
        Span<byte> value = stackalloc byte[sizeof(int)];
        socket.GetRawSocketOption(TcpLevel, option, value);
        return BitConverter.ToInt32(value);
    }
}
