using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Streaming.Cluster.Broadcasts;
using Streaming.Gateway.Access;
using Streaming.Gateway.Configuration;
using Streaming.Gateway.Connections;
using Streaming.Pipeline.Rtmp.Session;

namespace Streaming.Gateway.Ingest;

/// <summary>
/// Takes broadcasters' connections. Its own accept loop rather than Kestrel's: a publisher sends some seventy small messages
/// a second, and reading its socket straight into the connection's loop saves the thread changes that Kestrel's transport
/// makes between them, which cost more than the work itself.
/// </summary>
internal sealed partial class RtmpListener(
    StreamingOptions options,
    LiveChannels channels,
    Acceptor acceptor,
    RtmpConnections connections,
    TimeProvider time,
    AccessInstruments instruments,
    ILogger<RtmpListener> logger)
    : IHostedService, IDisposable
{
    /// <summary>Connections at once; further ones are closed.</summary>
    public const int ConnectionsMax = 2_000;

    private const int Backlog = 512;

    // Room for a picture of an ordinary broadcast: it costs one read. Every connection holds this much.
    private const int ReadLength = 16 * 1024;

    private readonly StreamKeyGuesses _guesses = new(channels.AuthorizeAsync, time, instruments, logger);
    private readonly ConnectionsByAddress _byAddress =
        new("RTMP", options.Access.RtmpConnectionsMax, time, instruments, logger);

    private readonly CancellationTokenSource _closing = new();
    private readonly CancellationTokenSource _cuttingOff = new();
    private readonly TaskCompletionSource _allLeft = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Socket? _socket;
    private Task _accepting = Task.CompletedTask;

    /// <summary>The port that it listens on, once started.</summary>
    public int Port => ((IPEndPoint?)_socket?.LocalEndPoint)?.Port ?? options.Rtmp.Port;

    /// <summary>Broadcasters are let in.</summary>
    public bool IsListening => _socket is { IsBound: true } && !_accepting.IsCompleted;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var (address, port) = (options.Rtmp.Address, options.Rtmp.Port);
        var endPoint = new IPEndPoint(address == "*" ? IPAddress.IPv6Any : IPAddress.Parse(address), port);
        _socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        if (endPoint.Address.Equals(IPAddress.IPv6Any))
        {
            _socket.DualMode = true;
        }

        try
        {
            _socket.Bind(endPoint);
        }
        catch (SocketException e)
        {
            throw new IOException($"RTMP cannot listen on port {port}: {e.Message}. Is another server using it?", e);
        }

        KernelLimits.LimitUnsent(_socket);
        _socket.Listen(Backlog);
        LogListening(_socket.LocalEndPoint!);
        _accepting = AcceptAsync(_socket);
        return Task.CompletedTask;
    }

    /// <summary>
    /// Lets nobody in any more, ends the broadcasts, which tells their publishers, and gives them the time to hear it; the others are cut
    /// off.
    /// </summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _closing.CancelAsync();
        await _accepting;
        try
        {
            await channels.StopAsync().WaitAsync(cancellationToken);
            if (connections.Count > 0)
            {
                await _allLeft.Task.WaitAsync(options.RtmpLimits.CloseTimeout, time, cancellationToken);
            }
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            // They had their time.
        }
        finally
        {
            await _cuttingOff.CancelAsync();
        }
    }

    public void Dispose()
    {
        _socket?.Dispose();
        _closing.Dispose();
        _cuttingOff.Dispose();
    }

    private async Task AcceptAsync(Socket listener)
    {
        while (await acceptor.AcceptAsync(listener, OpenFiles.OfProcess.IsForBroadcasters, _closing.Token) is { } socket)
        {
            _ = ServeAsync(socket);
        }
    }

    /// <summary>Serves one connection, if there is room for it. Nobody awaits it: it does not throw.</summary>
    private async Task ServeAsync(Socket socket)
    {
        NetworkPrefix? entered = null;
        var open = connections.Enter();
        try
        {
            using var owned = socket;
            if (open > ConnectionsMax)
            {
                LogTooMany(ConnectionsMax);
                return;
            }

            var address = NetworkPrefix.Of(socket.RemoteEndPoint);
            if (!_byAddress.TryEnter(address))
            {
                return;
            }

            entered = address;
            socket.NoDelay = true;
            await using var stream = new NetworkStream(socket, ownsSocket: true);
            var connection = new RtmpConnection(
                new SocketPipes(stream),
                options.RtmpLimits,
                _guesses.AuthorizeAsync,
                time,
                logger,
                Guid.NewGuid().ToString("n")[..8],
                socket.RemoteEndPoint);
            await connection.RunAsync(_cuttingOff.Token);
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            LogFailed(e.Message);
        }
        catch (Exception e)
        {
            LogBroken(e);
        }
        finally
        {
            if (entered is { } left)
            {
                _byAddress.Leave(left);
            }

            if (connections.Leave() == 0 && _closing.IsCancellationRequested)
            {
                _allLeft.TrySetResult();
            }
        }
    }

    [LoggerMessage(100, LogLevel.Information, "RTMP listens on {EndPoint}")]
    private partial void LogListening(EndPoint endPoint);

    [LoggerMessage(101, LogLevel.Warning, "RTMP: a connection was refused, there are {Max} already")]
    private partial void LogTooMany(int max);

    [LoggerMessage(103, LogLevel.Debug, "RTMP: a connection failed: {Reason}")]
    private partial void LogFailed(string reason);

    [LoggerMessage(104, LogLevel.Error, "RTMP: a connection could not be served")]
    private partial void LogBroken(Exception exception);

    private sealed class SocketPipes(Stream stream) : IDuplexPipe
    {
        public PipeReader Input { get; } = PipeReader.Create(
            stream, new StreamPipeReaderOptions(bufferSize: ReadLength, minimumReadSize: ReadLength / 4, leaveOpen: true));

        public PipeWriter Output { get; } = PipeWriter.Create(stream, new StreamPipeWriterOptions(leaveOpen: true));
    }
}
