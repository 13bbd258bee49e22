using Streaming.Pipeline.Flv;
using Streaming.Pipeline.Rtmp;

namespace Streaming.Cluster.Live;

/// <content>
/// The border of the loop: nothing that fails in it ends it. What fails in the source's own path ends the publication, whose
/// encoder is told why; the broadcast waits for it as for one that was cut off. If it fails with that one too, the broadcast ends, and the
/// next publisher begins a new one. What fails beside the source stays behind the borders of <see cref="Broadcast"/>.
/// </content>
public sealed partial class LiveChannel
{
    private const string Failed = "The server failed to process the stream. Please start it again.";
    private const string NoMemory = "The server has no memory left for this stream. Please send a lower bit rate, or try again later.";

    // The source's path has failed in the broadcast under way.
    private bool _hasFailed;

    private void HandleOrFail(in ChannelMail mail)
    {
        try
        {
            Handle(mail);
        }
        catch (Exception e) when (mail.Kind is ChannelMailKind.Rung or ChannelMailKind.RunEnded or ChannelMailKind.Tick)
        {
            LogFailed(Slug, e); // Of no publisher's doing.
        }
        catch (Exception e)
        {
            Fail(e);
            if (mail.Kind == ChannelMailKind.Began)
            {
                mail.Publication!.Answer(new(Failed)); // It did not come so far as to be the channel's.
            }
        }
    }

    private void OpenOrFail()
    {
        try
        {
            _source?.OpenIfDue();
        }
        catch (Exception e)
        {
            Fail(e);
        }
    }

    private void PublishOrFail()
    {
        try
        {
            _broadcast?.Publish();
        }
        catch (Exception e)
        {
            Fail(e);
        }
    }

    private void Fail(Exception exception)
    {
        try
        {
            if (exception is UnsupportedCodecException)
            {
                // What cannot be taken may be followed by what can.
                LogRefused(Slug, exception.Message);
                CutOff(exception.Message, CutOffReason.Codec);
                return;
            }

            LogFailed(Slug, exception);
            _instruments?.Broadcasts.Failed("source");
            if (_publication is null)
            {
                return; // Nobody has to be told, and the next change is another try.
            }

            CutOff(
                exception is OutOfMemoryException ? NoMemory : Failed,
                exception is OutOfMemoryException ? CutOffReason.Memory : CutOffReason.Fault);
            if (_hasFailed && _broadcast is not null)
            {
                EndBroadcast();
            }

            _hasFailed = true;
        }
        catch (Exception e)
        {
            LogFailed(Slug, e);
            Abandon();
        }
    }

    /// <summary>Ends the publication, if there is one, from our side.</summary>
    private void Revoke(string reason)
    {
        _publication?.Revoke(reason);
        if (_publication is not null)
        {
            Leave(PublicationEnd.Revoked);
        }
    }

    /// <summary>Not even the publication's end goes as it should: the broadcast ends as it stands.</summary>
    private void Abandon()
    {
        try
        {
            (_publication, _source, _counts) = (null, null, null);
            _status = ChannelStatus.Offline;
            if (_broadcast is not null)
            {
                EndBroadcast();
            }
        }
        catch (Exception e)
        {
            LogFailed(Slug, e);
        }
    }

    private async Task LetGoAsync(Broadcast broadcast)
    {
        try
        {
            await broadcast.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            LogNotLetGo(Slug, broadcast.Id, e);
        }
    }
}
