using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using Streaming.Pipeline.Flv;
using Streaming.Pipeline.Rtmp;

namespace Streaming.Cluster.Live;

/// <summary>A publisher's end of a <see cref="LiveChannel"/>: puts its tags into the channel's mailbox.</summary>
[SuppressMessage("Reliability", "CA1001", Justification = "The source holds no timer and no handle.")]
internal sealed class LivePublication(LiveChannel channel) : Publication
{
    private readonly CancellationTokenSource _revoked = new();

    // Who waits for the answer must not run on the channel's loop.
    private readonly TaskCompletionSource<PublishAnswer.Refused?> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile string? _revokedReason;

    /// <summary>
    /// Null once it has begun; otherwise why the channel does not take it. <see cref="ChannelClosedException"/> when the channel
    /// stopped before it could say.
    /// </summary>
    public Task<PublishAnswer.Refused?> Refusal => _answer.Task;

    public override CancellationToken Revoked => _revoked.Token;

    public override string? RevokedReason => _revokedReason;

    public override ValueTask WriteAsync(FlvTag tag, CancellationToken cancellationToken) =>
        channel.WriteAsync(this, tag, cancellationToken);

    public override ValueTask EndAsync(PublicationEnd reason) => channel.EndAsync(this, reason);

    /// <summary>The channel answers: null takes it. Only the first answer counts.</summary>
    public void Answer(PublishAnswer.Refused? refusal) => _answer.TrySetResult(refusal);

    /// <summary>The channel has stopped.</summary>
    public void Abandon() => _answer.TrySetException(new ChannelClosedException());

    /// <summary>Ends it from our side.</summary>
    public void Revoke(string reason)
    {
        _revokedReason ??= reason;

        // The connection's reaction must not run here, on the channel's loop.
        _ = _revoked.CancelAsync();
    }
}
