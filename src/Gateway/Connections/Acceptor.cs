using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Streaming.Gateway.Connections;

/// <summary>
/// Takes connections off a listening socket, for as long as it listens: whatever goes wrong with one is told, and the next is
/// taken. One for which the process has no file to spare is closed at once.
/// </summary>
internal sealed partial class Acceptor(TimeProvider time, ILogger<Acceptor> logger)
{
    // What keeps us from taking connections does not pass at once; looking again costs next to nothing.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    // Connections that may be taken one after another before others have their turn.
    private const int BurstMax = 16;

    private long _refused;
    private int _burst;

    /// <summary>Connections that were closed for want of files.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>
    /// The next connection; null when the socket listens no more. In a rush it goes to the end of the thread pool's queue after every
    /// few: those who came before are served meanwhile, and who waits for a playlist waits behind few, not behind a thousand.
    /// </summary>
    /// <param name="listener">Where they come from.</param>
    /// <param name="isSpared">Whether the process has a file to spare for it: see <see cref="OpenFiles"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask<Socket?> AcceptAsync(
        Socket listener, Func<SafeHandle, bool> isSpared, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            Socket? socket = null;
            try
            {
                var accepting = listener.AcceptAsync(cancellationToken);
                if (!accepting.IsCompleted)
                {
                    _burst = 0;
                }
                else if (++_burst % BurstMax == 0)
                {
                    await Task.Yield();
                }

                socket = await accepting;
                if (isSpared(socket.SafeHandle))
                {
                    return socket;
                }

                socket.Dispose();
                Interlocked.Increment(ref _refused);
                LogRefused(OpenFiles.OfProcess.Limit);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException
                or SocketException { SocketErrorCode: SocketError.OperationAborted })
            {
                return null;
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionAborted or SocketError.ConnectionReset)
            {
                // It was gone before we took it.
            }
            catch (Exception e)
            {
                // No file, no memory: what ends this loop ends the node for whoever comes later.
                socket?.Dispose();
                LogFailed(e.Message);
                await Task.Delay(Pause, time, CancellationToken.None);
            }
        }

        return null;
    }

    [LoggerMessage(110, LogLevel.Warning, "A connection could not be taken: {Reason}")]
    private partial void LogFailed(string reason);

    [LoggerMessage(111, LogLevel.Warning,
        "A connection was refused: nearly all of the {Limit} files that this process may open (ulimit -n) are in use")]
    private partial void LogRefused(int limit);
}
