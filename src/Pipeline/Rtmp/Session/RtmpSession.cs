using System.Buffers;
using System.Net;
using Microsoft.Extensions.Logging;
using Streaming.Pipeline.Flv;
using Streaming.Pipeline.Rtmp.Chunks;
using Streaming.Pipeline.Rtmp.Commands;
using Streaming.Pipeline.Rtmp.Messages;

namespace Streaming.Pipeline.Rtmp.Session;

/// <summary>
/// What the peer's messages mean, after the handshake: its NetConnection with at most one publication. RTMP 1.0 §7.
/// Only the connection's read loop calls it.
/// </summary>
internal sealed partial class RtmpSession(
    RtmpLimits limits,
    PublishAuthorizer authorizer,
    ChunkReader chunks,
    RtmpOutbound outbound,
    Liveness liveness,
    Action<CloseReason> close,
    string connectionId,
    EndPoint? remote,
    ILogger logger)
{
    private readonly ArrayBufferWriter<byte> _reply = new();
    private readonly ArrayBufferWriter<byte> _replyBody = new();
    private readonly ReceiveWindow _received = new((uint)limits.AcknowledgementWindow);
    private Publication? _publication;
    private CancellationTokenRegistration _revocation;
    private uint _publishStreamId;

    /// <summary>Acts on a message, whose ownership it takes. Waits while the receiver of the media is behind.</summary>
    public ValueTask HandleAsync(in RtmpMessage message, CancellationToken cancellationToken)
    {
        switch (message.Type)
        {
            case RtmpMessageType.Audio or RtmpMessageType.Video:
                return DeliverAsync(message, cancellationToken);
            case RtmpMessageType.DataAmf0 or RtmpMessageType.DataAmf3:
                return DeliverScriptAsync(message, cancellationToken);
            case RtmpMessageType.Aggregate:
                return DeliverAggregateAsync(message, cancellationToken);
            case RtmpMessageType.CommandAmf0 or RtmpMessageType.CommandAmf3:
                return HandleCommandAsync(message, cancellationToken);
            default:
                HandleControl(message);
                return ValueTask.CompletedTask;
        }
    }

    /// <summary>Counts bytes of the chunk stream and acknowledges them when it is time.</summary>
    public void Received(long bytes)
    {
        if (_received.TryAcknowledge(bytes, out var sequenceNumber))
        {
            ProtocolControl.WriteAcknowledgement(_reply, sequenceNumber);
            SendReply();
        }
    }

    /// <summary>Tells the peer why it is about to be disconnected.</summary>
    public void SayWhy(string code, string description)
    {
        AddStatus(_publishStreamId, "onStatus", "error", code, description);
        SendReply();
    }

    /// <summary>Asks the peer to connect again, which it has said to do when it is asked: Enhanced RTMP v2, "Reconnect Request".</summary>
    public void AskToReconnect(string description)
    {
        AddStatus(0, "onStatus", "status", StatusCode.ConnectReconnectRequest, description);
        SendReply();
    }

    /// <summary>The publication goes on elsewhere, and the peer connects again when it is asked to.</summary>
    public bool Reconnects => _connect is { Reconnects: true } && _publication is { GoesOnElsewhere: true };

    /// <summary>Whether there ever was a publication.</summary>
    public bool HasPublished { get; private set; }

    /// <summary>Whether the publication was revoked from outside.</summary>
    public bool IsRevoked => _publication?.Revoked.IsCancellationRequested ?? false;

    /// <summary>Why it was revoked.</summary>
    public string? RevokedReason => _publication?.RevokedReason;

    /// <summary>Ends the publication, if there is one.</summary>
    public async ValueTask EndPublicationAsync(PublicationEnd end)
    {
        if (_publication is not { } publication)
        {
            return;
        }

        _publication = null;
        await _revocation.DisposeAsync().ConfigureAwait(false);
        LogPublicationEnded(connectionId, end);
        await publication.EndAsync(end).ConfigureAwait(false);
    }

    private ValueTask DeliverAsync(in RtmpMessage message, CancellationToken cancellationToken)
    {
        if (_publication is null || message.Length == 0)
        {
            message.Release();
            return ValueTask.CompletedTask;
        }

        var tag = FlvTag.OverRented((FlvTagType)message.Type, message.TimestampMs, message.Rented, message.Length);
        return _publication.WriteAsync(tag, cancellationToken);
    }

    private ValueTask DeliverScriptAsync(in RtmpMessage message, CancellationToken cancellationToken)
    {
        if (!DataMessage.TryGetScript(message.Type, message.Body, out var script))
        {
            message.Release();
            return ValueTask.CompletedTask;
        }

        var body = message.Body[script];
        body.CopyTo(message.Rented);
        return DeliverAsync(
            message with { Type = RtmpMessageType.DataAmf0, Length = body.Length }, cancellationToken);
    }

    private async ValueTask DeliverAggregateAsync(RtmpMessage aggregate, CancellationToken cancellationToken)
    {
        try
        {
            var reader = new AggregateReader(aggregate.Rented.AsMemory(0, aggregate.Length), aggregate.TimestampMs);
            while (reader.TryRead(out var type, out var timestampMs, out var body))
            {
                if (!type.CarriesMedia || type is RtmpMessageType.Aggregate || body.IsEmpty)
                {
                    continue;
                }

                var rented = ArrayPool<byte>.Shared.Rent(body.Length);
                body.CopyTo(rented);
                var message = new RtmpMessage(type, aggregate.StreamId, timestampMs, rented, body.Length);
                await HandleAsync(message, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            aggregate.Release();
        }
    }

    private void HandleControl(in RtmpMessage message)
    {
        try
        {
            HandleControl(message.Type, message.Body);
        }
        finally
        {
            message.Release();
        }
    }

    private void HandleControl(RtmpMessageType type, ReadOnlySpan<byte> body)
    {
        switch (type)
        {
            case RtmpMessageType.SetChunkSize:
                chunks.SetChunkSize(ProtocolControl.ReadNumber(type, body));
                break;
            case RtmpMessageType.Abort:
                chunks.Abort(ProtocolControl.ReadNumber(type, body));
                break;
            case RtmpMessageType.WindowAcknowledgementSize:
                _received.SetSize(ProtocolControl.ReadNumber(type, body));
                break;
            case RtmpMessageType.SetPeerBandwidth:
                // We write too little for any bandwidth to matter; §5.4.5 asks for the window to be repeated.
                ProtocolControl.WriteWindowAcknowledgementSize(_reply, limits.AcknowledgementWindow);
                SendReply();
                break;
            case RtmpMessageType.UserControl when UserControl.TryReadPing(body, out var timestampMs):
                ProtocolControl.WriteUserControl(_reply, UserControlEvent.PingResponse, timestampMs);
                SendReply();
                break;
        }
    }

    /// <summary>Sends what was added to the reply, at once and as a whole.</summary>
    private void SendReply()
    {
        outbound.Write(_reply.WrittenSpan);
        _reply.ResetWrittenCount();
    }
}
