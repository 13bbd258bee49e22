using Streaming.Pipeline.Rtmp.Commands;

namespace Streaming.Pipeline.Rtmp.Session;

/// <summary>How a connection ends: the reason is fixed, the client told, the publication ended.</summary>
public sealed partial class RtmpConnection
{
    private readonly CancellationTokenSource _stop = new();
    private Task _stopping = Task.CompletedTask;
    private CloseReason _reason;
    private string? _reasonText;

    private void Close(CloseReason reason) => Close(reason, null);

    /// <summary>Ends the read loop. Called from any thread; only the first reason counts.</summary>
    private void Close(CloseReason reason, string? text)
    {
        if (Interlocked.CompareExchange(ref _reason, reason, CloseReason.None) is not CloseReason.None)
        {
            return;
        }

        _reasonText = text;

        // Asynchronously, since who revokes a publication must not find itself running our read loop.
        _stopping = _stop.CancelAsync();
    }

    private async Task LeaveAsync(CancellationToken cancellationToken)
    {
        await _stopping.ConfigureAwait(false);
        _chunks.DiscardAll();
        var isTold = TellWhy();
        try
        {
            var end = _reason is CloseReason.Revoked ? PublicationEnd.Revoked : PublicationEnd.Disconnected;
            await _session.EndPublicationAsync(end).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            LogFailed(_connectionId, exception);
        }

        await HangUpAsync(isTold, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Says why, if there is a client that has not heard it. True if it ought to read it.</summary>
    private bool TellWhy()
    {
        if (!_isHandshakeDone)
        {
            return false;
        }

        switch (_reason)
        {
            case CloseReason.Refused:
                return true;
            case CloseReason.Revoked when _session.Reconnects:
                _session.AskToReconnect(_session.RevokedReason ?? "Please connect again.");
                return true;
            case CloseReason.Revoked:
                _session.SayWhy(StatusCode.PublishBadName, _session.RevokedReason ?? "The publication was ended.");
                return true;
            case CloseReason.ProtocolError:
                _session.SayWhy(StatusCode.StreamFailed, _reasonText ?? "The protocol was broken.");
                return true;
            case CloseReason.PublishTimeout:
                _session.SayWhy(StatusCode.ConnectIdleTimeOut, "Nothing was published in time.");
                return true;
            case CloseReason.IdleTimeout:
                _session.SayWhy(StatusCode.ConnectIdleTimeOut, "No message came for too long.");
                return true;
            case CloseReason.HostStopping:
                _session.SayWhy(StatusCode.ConnectAppShutdown, "The server is stopping.");
                return true;
            case CloseReason.InternalError:
                _session.SayWhy(StatusCode.StreamFailed, "The server failed.");
                return true;
            default:
                return false;
        }
    }

    /// <summary>
    /// Completes the transport. A client that was told something is given time to close first: closing a socket with
    /// unread bytes in it resets it, and the reset overtakes what was told.
    /// </summary>
    private async Task HangUpAsync(bool isTold, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(_limits.CloseTimeout, _time);
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            await _outbound.DrainAsync(giveUp.Token).ConfigureAwait(false);
            while (isTold)
            {
                var result = await _transport.Input.ReadAsync(giveUp.Token).ConfigureAwait(false);
                _transport.Input.AdvanceTo(result.Buffer.End);
                isTold = !result.IsCompleted;
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // The client is gone or had its time.
        }
        finally
        {
            await _transport.Output.CompleteAsync().ConfigureAwait(false);
            await _transport.Input.CompleteAsync().ConfigureAwait(false);
        }
    }
}
