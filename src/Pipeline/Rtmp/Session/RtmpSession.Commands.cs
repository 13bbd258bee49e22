using Microsoft.Extensions.Logging;
using Streaming.Pipeline.Rtmp.Chunks;
using Streaming.Pipeline.Rtmp.Commands;
using Streaming.Pipeline.Rtmp.Messages;
using Streaming.Pipeline.Text;

namespace Streaming.Pipeline.Rtmp.Session;

/// <summary>NetConnection and NetStream commands. RTMP 1.0 §7.2.</summary>
internal sealed partial class RtmpSession
{
    // Shorter than any stream key, whole as every command that there is.
    private const int CommandNameShownMax = 24;

    private RtmpCommand.Connect? _connect;
    private uint _streamsCreated;
    private int _commandsUnpublished;

    private ValueTask HandleCommandAsync(in RtmpMessage message, CancellationToken cancellationToken)
    {
        RtmpCommand? command;
        try
        {
            command = RtmpCommandReader.Read(message.Type, message.Body, limits.AmfDepthMax);
        }
        finally
        {
            message.Release();
        }

        if (_publication is null && ++_commandsUnpublished > limits.CommandsUnpublishedMax)
        {
            throw new RtmpProtocolException($"more than {limits.CommandsUnpublishedMax} commands without publishing");
        }

        return command switch
        {
            RtmpCommand.Publish publish => PublishAsync(publish, message.StreamId, cancellationToken),
            RtmpCommand.FcUnpublish or RtmpCommand.DeleteStream or RtmpCommand.CloseStream =>
                UnpublishAsync(command, message.StreamId),
            null => ValueTask.CompletedTask,
            _ => Answer(command, message.StreamId),
        };
    }

    private ValueTask Answer(RtmpCommand command, uint streamId)
    {
        switch (command)
        {
            case RtmpCommand.Connect connect:
                AcceptConnect(connect);
                break;
            case RtmpCommand.CreateStream:
                CommandReply.WriteCreateStreamResult(_replyBody, command.TransactionId, ++_streamsCreated);
                AddCommand(0);
                break;
            case RtmpCommand.ReleaseStream or RtmpCommand.CheckBandwidth:
                AddResult(command);
                break;
            case RtmpCommand.FcPublish:
                AddResult(command);
                AddStatus(0, "onFCPublish", "status", StatusCode.PublishStart, "Ready to publish.");
                break;
            case RtmpCommand.Play:
                Refuse(streamId, StatusCode.PlayFailed, "There is no RTMP playback here; use HLS or DASH.");
                break;
            case RtmpCommand.Unknown unknown when unknown.TransactionId != 0:
                LogUnknownCommand(connectionId, ForeignText.Shown(unknown.Name, CommandNameShownMax));
                CommandReply.WriteError(_replyBody, command.TransactionId, "There is no such command.");
                AddCommand(0);
                break;
        }

        SendReply();
        return ValueTask.CompletedTask;
    }

    private void AcceptConnect(RtmpCommand.Connect connect)
    {
        _connect = connect;
        ProtocolControl.WriteWindowAcknowledgementSize(_reply, limits.AcknowledgementWindow);
        ProtocolControl.WriteSetPeerBandwidth(_reply, limits.AcknowledgementWindow, PeerBandwidthLimit.Dynamic);
        ProtocolControl.WriteSetChunkSize(_reply, limits.OutboundChunkSize);
        ProtocolControl.WriteUserControl(_reply, UserControlEvent.StreamBegin, 0);
        CommandReply.WriteConnectResult(_replyBody, connect.TransactionId, connect.IsEnhanced);
        AddCommand(0);
    }

    private async ValueTask PublishAsync(
        RtmpCommand.Publish publish, uint streamId, CancellationToken cancellationToken)
    {
        if (_connect is null)
        {
            throw new RtmpProtocolException("publish before connect");
        }

        if (_publication is not null)
        {
            AddStatus(streamId, "onStatus", "error", StatusCode.PublishBadName, "This connection publishes already.");
            SendReply();
            return;
        }

        var address = StreamAddress.From(_connect.App, _connect.TcUrl, publish.Name);
        var request = new PublishRequest(address.App, address.StreamKey, remote, connectionId);
        _publishStreamId = streamId;
        switch (await authorizer(request, cancellationToken).ConfigureAwait(false))
        {
            case PublishAnswer.Accepted accepted:
                Accept(accepted.Publication, streamId);
                LogPublicationStarted(connectionId, address.App, remote);
                break;
            case PublishAnswer.Refused refused:
                Refuse(
                    streamId,
                    refused.Refusal is PublishRefusal.InUse ? StatusCode.PublishBadName : StatusCode.PublishUnauthorized,
                    refused.Reason);
                break;
        }
    }

    private void Refuse(uint streamId, string code, string reason)
    {
        LogRefused(connectionId, remote, reason);
        AddStatus(streamId, "onStatus", "error", code, reason);
        SendReply();
        close(CloseReason.Refused);
    }

    private void Accept(Publication publication, uint streamId)
    {
        _publication = publication;
        HasPublished = true;
        chunks.AdmitMedia();
        liveness.Enter(ConnectionPhase.Publishing);
        ProtocolControl.WriteUserControl(_reply, UserControlEvent.StreamBegin, streamId);
        AddStatus(streamId, "onStatus", "status", StatusCode.PublishStart, "Publishing.");
        SendReply();
        _revocation = publication.Revoked.UnsafeRegister(
            static state => ((Action<CloseReason>)state!)(CloseReason.Revoked), close);
    }

    private async ValueTask UnpublishAsync(RtmpCommand command, uint messageStreamId)
    {
        if (_publication is null || !ConcernsPublication(command, messageStreamId))
        {
            return;
        }

        await EndPublicationAsync(PublicationEnd.Unpublished).ConfigureAwait(false);
        liveness.Enter(ConnectionPhase.Unpublished);
        if (command is RtmpCommand.FcUnpublish)
        {
            AddResult(command);
            AddStatus(0, "onFCUnpublish", "status", StatusCode.UnpublishSuccess, "Unpublished.");
        }

        AddStatus(_publishStreamId, "onStatus", "status", StatusCode.UnpublishSuccess, "Unpublished.");
        SendReply();
    }

    /// <summary>Only a stream that was created and is not published is another: encoders get ids wrong.</summary>
    private bool ConcernsPublication(RtmpCommand command, uint messageStreamId)
    {
        var id = command switch
        {
            RtmpCommand.DeleteStream delete => delete.StreamId ?? _publishStreamId,
            RtmpCommand.CloseStream => messageStreamId,
            _ => _publishStreamId,
        };
        return id == _publishStreamId || id < 1 || id > _streamsCreated;
    }

    private void AddResult(RtmpCommand command)
    {
        if (command.TransactionId != 0)
        {
            CommandReply.WriteResult(_replyBody, command.TransactionId);
            AddCommand(0);
        }
    }

    private void AddStatus(uint streamId, string name, string level, string code, string description)
    {
        CommandReply.WriteStatus(_replyBody, name, level, code, description);
        AddCommand(streamId);
    }

    private void AddCommand(uint streamId)
    {
        ChunkWriter.Write(
            _reply,
            ChunkWriter.CommandChunkStreamId,
            RtmpMessageType.CommandAmf0,
            streamId,
            0,
            _replyBody.WrittenSpan,
            limits.OutboundChunkSize);
        _replyBody.ResetWrittenCount();
    }

    [LoggerMessage(1101, LogLevel.Information, "{ConnectionId} publishes to {App} from {Remote}")]
    private partial void LogPublicationStarted(string connectionId, string app, System.Net.EndPoint? remote);

    // Not what it asked for: an application or a name may be a stream key in the wrong place.
    [LoggerMessage(1102, LogLevel.Information, "{ConnectionId} from {Remote} was refused: {Reason}")]
    private partial void LogRefused(string connectionId, System.Net.EndPoint? remote, string reason);

    [LoggerMessage(1103, LogLevel.Information, "{ConnectionId} has ended its publication: {End}")]
    private partial void LogPublicationEnded(string connectionId, PublicationEnd end);

    [LoggerMessage(1104, LogLevel.Debug, "{ConnectionId} called {Command}, which is not known")]
    private partial void LogUnknownCommand(string connectionId, string command);
}
