using System.Diagnostics.CodeAnalysis;
using Akka.Actor;
using Streaming.Cluster.Graphs;
using Streaming.Pipeline.Flv;
using Streaming.Pipeline.Rtmp;

namespace Streaming.Cluster.Broadcasts.Source;

/// <summary>A publisher, or its connection, has ended its publication.</summary>
internal sealed record PublisherLeft(LivePublication Publication, PublicationEnd End);

/// <summary>
/// A publisher's end of a broadcast's graph. It has one tag at a time, and the connection reads the next one when the graph has dealt with that:
/// demand of the graph is what reads the socket.
/// </summary>
[SuppressMessage("Reliability", "CA1001", Justification = "The source holds no timer and no handle.")]
internal sealed class LivePublication : Publication
{
    private readonly IActorRef _supervisor;
    private readonly SourceEvent.TagCame _tagCame;
    private readonly CancellationTokenSource _revoked = new();

    // Who waits for an answer must not run within the graph.
    private readonly TaskCompletionSource<PublishAnswer.Refused?> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Ingress<SourceEvent>? _ingress;
    private FlvTag _tag;
    private int _isWaiting;
    private TaskCompletionSource? _waiter;
    private volatile string? _revokedReason;
    private volatile bool _goesOnElsewhere;

    /// <param name="supervisor">Gets <see cref="PublisherLeft"/>.</param>
    /// <param name="keyHash">The hash of the stream key that it came with.</param>
    public LivePublication(IActorRef supervisor, string keyHash = "")
    {
        (_supervisor, KeyHash) = (supervisor, keyHash);
        _tagCame = new SourceEvent.TagCame(this);
    }

    /// <summary>The hash of the stream key that it came with.</summary>
    public string KeyHash { get; }

    /// <summary>Null once it has begun; otherwise why the channel does not take it.</summary>
    public Task<PublishAnswer.Refused?> Refusal => _answer.Task;

    public override CancellationToken Revoked => _revoked.Token;

    public override string? RevokedReason => _revokedReason;

    public override bool GoesOnElsewhere => _goesOnElsewhere;

    /// <summary>Its tag has not been dealt with. Safe from anywhere.</summary>
    public bool IsWaiting => Volatile.Read(ref _isWaiting) != 0;

    /// <summary>Its tag. The graph owns it until <see cref="Next"/>.</summary>
    public FlvTag Tag => _tag;

    public override ValueTask WriteAsync(FlvTag tag, CancellationToken cancellationToken)
    {
        _tag = tag;
        Volatile.Write(ref _isWaiting, 1);
        _ingress!.Send(_tagCame);
        return IsWaiting ? WaitAsync(cancellationToken) : default;
    }

    public override ValueTask EndAsync(PublicationEnd reason)
    {
        _supervisor.Tell(new PublisherLeft(this, reason));
        return ValueTask.CompletedTask;
    }

    /// <summary>Its tags go in there from now on.</summary>
    public void Enter(Ingress<SourceEvent> ingress) => _ingress = ingress;

    /// <summary>The channel answers: null takes it. Only the first answer counts.</summary>
    public void Answer(PublishAnswer.Refused? refusal) => _answer.TrySetResult(refusal);

    /// <summary>The graph has dealt with the tag, and wants the next one.</summary>
    public void Next()
    {
        _tag = default;
        Interlocked.Exchange(ref _isWaiting, 0);
        Interlocked.Exchange(ref _waiter, null)?.TrySetResult();
    }

    /// <summary>Ends it from our side; its encoder is to connect again, since the broadcast goes on at another node.</summary>
    public void SendElsewhere(string reason)
    {
        _goesOnElsewhere = true;
        Revoke(reason);
    }

    /// <summary>Ends it from our side.</summary>
    public void Revoke(string reason)
    {
        _revokedReason ??= reason;

        // The connection's reaction must not run here, within the graph.
        _ = _revoked.CancelAsync();
    }

    private async ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        var waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Interlocked.Exchange(ref _waiter, waiter);
        if (IsWaiting)
        {
            await waiter.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
