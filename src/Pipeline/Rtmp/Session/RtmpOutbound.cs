using System.Buffers;
using System.IO.Pipelines;

namespace Streaming.Pipeline.Rtmp.Session;

/// <summary>
/// What we write to the peer. Writing never waits: bytes that the peer does not read yet are kept up to a limit, and
/// past it whole writes are dropped. Safe to call from several threads.
/// </summary>
internal sealed class RtmpOutbound(PipeWriter output, int pendingLengthMax)
{
    private readonly Lock _gate = new();
    private readonly ArrayBufferWriter<byte> _pending = new();

    // Set while bytes are on their way to the transport; completed when none are left.
    private TaskCompletionSource? _flushing;
    private bool _isClosed;

    /// <summary>Writes that were dropped since the peer does not read.</summary>
    public long Dropped { get; private set; }

    /// <summary>Writes whole messages: all of them, or none.</summary>
    public void Write(ReadOnlySpan<byte> messages)
    {
        lock (_gate)
        {
            if (_isClosed || _pending.WrittenCount + messages.Length > pendingLengthMax)
            {
                Dropped++;
                return;
            }

            _pending.Write(messages);
            if (_flushing is not null)
            {
                return;
            }

            _flushing = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        // Not awaited here: DrainAsync waits for its end, and it does not throw.
        _ = FlushAsync();
    }

    /// <summary>
    /// Waits until the transport took everything, or <paramref name="cancellationToken"/> gives up on the rest. Nothing
    /// can be written afterwards.
    /// </summary>
    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        Task flushed;
        lock (_gate)
        {
            _isClosed = true;
            flushed = _flushing?.Task ?? Task.CompletedTask;
        }

        using (cancellationToken.UnsafeRegister(static state => ((PipeWriter)state!).CancelPendingFlush(), output))
        {
            await flushed.ConfigureAwait(false);
        }
    }

    private async Task FlushAsync()
    {
        try
        {
            while (TryMovePending())
            {
                var result = await output.FlushAsync().ConfigureAwait(false);
                if (result.IsCompleted || result.IsCanceled)
                {
                    Stop();
                }
            }
        }
        catch (Exception)
        {
            // The peer is gone, and the read loop learns it from its own side and says so; or there is no memory for it.
            Stop();
        }
    }

    private bool TryMovePending()
    {
        lock (_gate)
        {
            if (_pending.WrittenCount == 0)
            {
                _flushing?.SetResult();
                _flushing = null;
                return false;
            }

            output.Write(_pending.WrittenSpan);
            _pending.ResetWrittenCount();
            return true;
        }
    }

    private void Stop()
    {
        lock (_gate)
        {
            _isClosed = true;
            _pending.ResetWrittenCount();
            _flushing?.TrySetResult();
            _flushing = null;
        }
    }
}
