using System.Threading.Channels;
using Streaming.Pipeline.Flv;
using Streaming.Pipeline.Rtmp;

namespace Streaming.Cluster.Live;

/// <content>What others may put into the mailbox; safe from any thread.</content>
public sealed partial class LiveChannel
{
    /// <summary>How much waits in the mailbox.</summary>
    internal int MailCount => _mailbox.Reader.Count;

    /// <summary>
    /// A publisher wants to begin: <see cref="LivePublication.Refusal"/> tells whether it did. One that is there already gives
    /// way, unless <see cref="TakeOvers"/> keeps it.
    /// </summary>
    internal async ValueTask<LivePublication> BeginAsync(CancellationToken cancellationToken)
    {
        var publication = new LivePublication(this);
        await _mailbox.Writer.WriteAsync(
            new() { Kind = ChannelMailKind.Began, Publication = publication }, cancellationToken).ConfigureAwait(false);
        return publication;
    }

    internal ValueTask WriteAsync(LivePublication publication, FlvTag tag, CancellationToken cancellationToken)
    {
        if (tag.Body.Length > LargeTag)
        {
            return WriteLargeAsync(publication, tag, cancellationToken);
        }

        var mail = new ChannelMail { Kind = ChannelMailKind.Tag, Publication = publication, Tag = tag };
        return _mailbox.Writer.TryWrite(mail) ? default : WaitAsync(mail, cancellationToken);
    }

    internal async ValueTask EndAsync(LivePublication publication, PublicationEnd reason)
    {
        try
        {
            await _mailbox.Writer.WriteAsync(
                new() { Kind = ChannelMailKind.Ended, Publication = publication, End = reason }).ConfigureAwait(false);
        }
        catch (ChannelClosedException)
        {
            // The channel has stopped, and the publication with it.
        }
    }

    /// <summary>Makes the publisher leave.</summary>
    internal async ValueTask RevokePublisherAsync(string reason)
    {
        try
        {
            await _mailbox.Writer.WriteAsync(
                new() { Kind = ChannelMailKind.Revoke, Payload = reason }).ConfigureAwait(false);
        }
        catch (ChannelClosedException)
        {
            // The channel has stopped, and its publisher with it.
        }
    }

    /// <summary>Ends the broadcast and the loop, and waits for both.</summary>
    internal async Task StopAsync()
    {
        try
        {
            await _mailbox.Writer.WriteAsync(new() { Kind = ChannelMailKind.Stop }).ConfigureAwait(false);
        }
        catch (ChannelClosedException)
        {
            // Stopped already.
        }

        await _loop.ConfigureAwait(false);
    }

    /// <summary>Waits until it has been read: the mailbox is bounded in tags, and they may have 8 MiB each.</summary>
    private async ValueTask WriteLargeAsync(LivePublication publication, FlvTag tag, CancellationToken cancellationToken)
    {
        var read = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var mail = new ChannelMail { Kind = ChannelMailKind.Tag, Publication = publication, Tag = tag, Payload = read };
        await WaitAsync(mail, cancellationToken).ConfigureAwait(false);
        await read.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask WaitAsync(ChannelMail mail, CancellationToken cancellationToken)
    {
        try
        {
            await _mailbox.Writer.WriteAsync(mail, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            mail.Tag.Release();
            throw;
        }
    }
}
