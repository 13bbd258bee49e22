using System.Diagnostics.CodeAnalysis;
using Streaming.Pipeline.Flv;
using Streaming.Pipeline.Rtmp;

namespace Streaming.Cluster.Live;

/// <summary>A publisher's end of a <see cref="LiveChannel"/>: puts its tags into the channel's mailbox.</summary>
[SuppressMessage("Reliability", "CA1001", Justification = "The source holds no timer and no handle.")]
internal sealed class LivePublication(LiveChannel channel) : Publication
{
    private readonly CancellationTokenSource _revoked = new();
    private volatile string? _revokedReason;

    public override CancellationToken Revoked => _revoked.Token;

    public override string? RevokedReason => _revokedReason;

    public override ValueTask WriteAsync(FlvTag tag, CancellationToken cancellationToken) =>
        channel.WriteAsync(this, tag, cancellationToken);

    public override ValueTask EndAsync(PublicationEnd reason) => channel.EndAsync(this, reason);

    /// <summary>Ends it from our side.</summary>
    public void Revoke(string reason)
    {
        _revokedReason ??= reason;

        // The connection's reaction must not run here, on the channel's loop.
        _ = _revoked.CancelAsync();
    }
}
