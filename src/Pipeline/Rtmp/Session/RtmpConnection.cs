using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using System.Net;
using Microsoft.Extensions.Logging;
using Streaming.Pipeline.Amf0;
using Streaming.Pipeline.Rtmp.Chunks;
using Streaming.Pipeline.Rtmp.Handshake;
using Streaming.Pipeline.Rtmp.Messages;

namespace Streaming.Pipeline.Rtmp.Session;

/// <summary>
/// The server's side of one RTMP connection, from the handshake to the last byte. Adobe's RTMP 1.0. One loop reads and
/// owns all state; writing never holds it up, and only the receiver of the media may make it wait.
/// </summary>
[SuppressMessage("Reliability", "CA1001", Justification = "RunAsync ends what it starts; the source holds no handle.")]
public sealed partial class RtmpConnection
{
    private readonly IDuplexPipe _transport;
    private readonly RtmpLimits _limits;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly string _connectionId;
    private readonly EndPoint? _remote;

    private readonly ServerHandshake _handshake = new();
    private readonly ChunkReader _chunks;
    private readonly RtmpOutbound _outbound;
    private readonly Liveness _liveness;
    private readonly RtmpSession _session;
    private bool _isHandshakeDone;

    /// <param name="transport">The bytes; completed on both sides when <see cref="RunAsync"/> ends.</param>
    /// <param name="limits">What the connection may cost; without <see cref="RtmpLimits.Problems"/>.</param>
    /// <param name="authorizer">Decides whether the client may publish.</param>
    /// <param name="time">The clock of all timeouts.</param>
    /// <param name="logger">Gets the lifecycle, and our own failures: what clients do wrong is no error.</param>
    /// <param name="connectionId">Names the connection in logs.</param>
    /// <param name="remote">Where the client is, when known.</param>
    public RtmpConnection(
        IDuplexPipe transport,
        RtmpLimits limits,
        PublishAuthorizer authorizer,
        TimeProvider time,
        ILogger logger,
        string connectionId,
        EndPoint? remote)
    {
        _transport = transport;
        _limits = limits;
        _time = time;
        _logger = logger;
        _connectionId = connectionId;
        _remote = remote;
        _chunks = new ChunkReader(limits);
        _outbound = new RtmpOutbound(transport.Output, limits.PendingWriteLengthMax);
        _liveness = new Liveness(time, limits, Ping, Close);
        _session = new RtmpSession(
            limits, authorizer, _chunks, _outbound, _liveness, Close, connectionId, remote, logger);
    }

    /// <summary>
    /// Serves the client until it leaves, is refused, or <paramref name="cancellationToken"/> is cancelled. Call once;
    /// does not throw for anything that the client does.
    /// </summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        LogOpened(_connectionId, _remote);
        _liveness.Start();
        await using (_stop.Token.UnsafeRegister(
            static input => ((PipeReader)input!).CancelPendingRead(), _transport.Input).ConfigureAwait(false))
        await using (cancellationToken.UnsafeRegister(
            static self => ((RtmpConnection)self!).Close(CloseReason.HostStopping), this).ConfigureAwait(false))
        {
            await ReceiveUntilClosedAsync().ConfigureAwait(false);
            await _liveness.DisposeAsync().ConfigureAwait(false);
        }

        await LeaveAsync(cancellationToken).ConfigureAwait(false);
        TellEnd();
    }

    private async Task ReceiveUntilClosedAsync()
    {
        try
        {
            await ReceiveAsync().ConfigureAwait(false);
            Close(CloseReason.PeerClosed, _chunks.IsBetweenMessages ? null : "in the middle of a message");
        }
        catch (Exception exception) when (exception is RtmpProtocolException or Amf0FormatException)
        {
            Close(CloseReason.ProtocolError, exception.Message);
        }
        catch (Exception) when (_session.IsRevoked)
        {
            Close(CloseReason.Revoked);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            Close(CloseReason.PeerClosed, exception.Message);
        }
        catch (Exception exception)
        {
            Close(CloseReason.InternalError);
            LogFailed(_connectionId, exception);
        }
    }

    private async Task ReceiveAsync()
    {
        var input = _transport.Input;
        while (true)
        {
            var result = await input.ReadAsync(CancellationToken.None).ConfigureAwait(false);
            var buffer = result.Buffer;
            try
            {
                if (_isHandshakeDone || ShakeHands(ref buffer))
                {
                    var length = buffer.Length;
                    while (!_stop.IsCancellationRequested && _chunks.TryRead(ref buffer, out var message))
                    {
                        _liveness.BeginOurTurn();
                        await _session.HandleAsync(message, _stop.Token).ConfigureAwait(false);
                        _liveness.EndOurTurn();
                    }

                    _session.Received(length - buffer.Length);
                }

                if (result.IsCompleted || _stop.IsCancellationRequested)
                {
                    return;
                }
            }
            finally
            {
                input.AdvanceTo(buffer.Start, buffer.End);
            }
        }
    }

    private bool ShakeHands(ref ReadOnlySequence<byte> buffer)
    {
        var answer = new ArrayBufferWriter<byte>();
        _isHandshakeDone = _handshake.TryComplete(ref buffer, answer, (uint)_time.GetUtcNow().ToUnixTimeMilliseconds());
        _outbound.Write(answer.WrittenSpan);
        if (_isHandshakeDone)
        {
            _liveness.Enter(ConnectionPhase.Unpublished);
        }

        return _isHandshakeDone;
    }

    private void Ping()
    {
        var request = new ArrayBufferWriter<byte>();
        var nowMs = (uint)_time.GetUtcNow().ToUnixTimeMilliseconds();
        ProtocolControl.WriteUserControl(request, UserControlEvent.PingRequest, nowMs);
        _outbound.Write(request.WrittenSpan);
    }
}
