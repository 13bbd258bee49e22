using System.IO.Pipelines;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace Streaming.Gateway.Connections;

/// <summary>
/// What a connection reads, as the transport gives it, but for one end: a viewer who took nothing for too long was cut off by the
/// kernel (<see cref="KernelLimits.EndStalled"/>). That is counted, and an end like any other: Kestrel would tell each with its stack.
/// </summary>
internal sealed class SocketInput(PipeReader transport, Stalls stalls) : PipeReader
{
    private bool _isCutOff;

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (_isCutOff)
        {
            return new(Nothing);
        }

        try
        {
            var reading = transport.ReadAsync(cancellationToken);
            return reading.IsCompletedSuccessfully ? reading : WaitAsync(reading);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.TimedOut)
        {
            return new(CutOff());
        }
    }

    public override bool TryRead(out ReadResult result)
    {
        if (_isCutOff)
        {
            result = Nothing;
            return true;
        }

        try
        {
            return transport.TryRead(out result);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.TimedOut)
        {
            result = CutOff();
            return true;
        }
    }

    public override void AdvanceTo(SequencePosition consumed)
    {
        if (!_isCutOff)
        {
            transport.AdvanceTo(consumed);
        }
    }

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        if (!_isCutOff)
        {
            transport.AdvanceTo(consumed, examined);
        }
    }

    public override void CancelPendingRead() => transport.CancelPendingRead();

    public override void Complete(Exception? exception = null) => transport.Complete(exception);

    public override ValueTask CompleteAsync(Exception? exception = null) => transport.CompleteAsync(exception);

    private static ReadResult Nothing => new(default, isCanceled: false, isCompleted: true);

    // Each request waits here: the wait's state is used again.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ReadResult> WaitAsync(ValueTask<ReadResult> reading)
    {
        try
        {
            return await reading;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.TimedOut)
        {
            return CutOff();
        }
    }

    private ReadResult CutOff()
    {
        _isCutOff = true;
        stalls.Add();
        return Nothing;
    }
}
