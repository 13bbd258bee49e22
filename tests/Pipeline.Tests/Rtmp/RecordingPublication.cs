using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using Streaming.Pipeline.Flv;
using Streaming.Pipeline.Rtmp;

namespace Streaming.Pipeline.Tests.Rtmp;

/// <summary>A tag as it arrived, with a body of its own.</summary>
public sealed record ReceivedTag(FlvTagType Type, uint TimestampMs, byte[] Body);

/// <summary>A publication that keeps what it is given, and can be held up or revoked.</summary>
[SuppressMessage("Reliability", "CA1001", Justification = "The token source holds no handle.")]
internal sealed class RecordingPublication : Publication
{
    private readonly Channel<ReceivedTag> _tags = Channel.CreateUnbounded<ReceivedTag>();
    private readonly CancellationTokenSource _revoked = new();
    private readonly TaskCompletionSource<PublicationEnd> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _atGate = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _ends;

    public override CancellationToken Revoked => _revoked.Token;

    public override string? RevokedReason => Reason;

    public override bool GoesOnElsewhere => IsMoved;

    public bool IsMoved { get; set; }

    public string? Reason { get; private set; }

    /// <summary>Awaited before every tag is taken.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    /// <summary>Completes when the first tag stands at the gate.</summary>
    public Task AtGate => _atGate.Task;

    public Exception? Failure { get; set; }

    public Task<PublicationEnd> Ended => _ended.Task;

    public int Ends => _ends;

    public async Task<ReceivedTag> ReadAsync() =>
        await _tags.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20));

    public async Task<List<ReceivedTag>> ReadAllAsync()
    {
        var all = new List<ReceivedTag>();
        await foreach (var tag in _tags.Reader.ReadAllAsync())
        {
            all.Add(tag);
        }

        return all;
    }

    public void Revoke(string reason)
    {
        Reason = reason;
        _revoked.Cancel();
    }

    public override async ValueTask WriteAsync(FlvTag tag, CancellationToken cancellationToken)
    {
        try
        {
            _atGate.TrySetResult();
            await Gate.WaitAsync(cancellationToken);
            if (Failure is not null)
            {
                throw Failure;
            }

            _tags.Writer.TryWrite(new ReceivedTag(tag.Type, tag.TimestampMs, tag.Body.ToArray()));
        }
        finally
        {
            tag.Release();
        }
    }

    public override ValueTask EndAsync(PublicationEnd reason)
    {
        Interlocked.Increment(ref _ends);
        _tags.Writer.TryComplete();
        _ended.TrySetResult(reason);
        return ValueTask.CompletedTask;
    }
}
