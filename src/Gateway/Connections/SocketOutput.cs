using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Streaming.Gateway.Connections;

/// <summary>
/// What a connection of HTTP/1 writes, straight to its socket. In place of Kestrel's pipe and the loop that empties it: no
/// other thread has a part in it, and bytes that never change are sent from where they are, memory or file. A flush ends when
/// the kernel has everything.
/// </summary>
internal sealed class SocketOutput(Socket socket, PipeWriter transport, MemoryPool<byte> pool, Stalls? stalls = null, Egress? egress = null)
    : PipeWriter
{
    private const int TcpLevel = 6;
    private const int TcpCork = 3;

    private readonly List<ArraySegment<byte>> _unsent = [];
    private readonly List<IMemoryOwner<byte>> _blocks = [];
    private Memory<byte> _block;
    private int _sealed;
    private int _filled;
    private long _unsentLength;
    private ReadOnlyMemory<byte> _lent;
    private int _lentLength;
    private FileRange? _file;
    private bool _isBroken;

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => _unsentLength + _filled - _sealed;

    /// <summary>
    /// Makes the next <see cref="Advance"/>, which has to be by its length, stand for these bytes. Borrowed until the flush after
    /// it ends; they must never change.
    /// </summary>
    public void Lend(ReadOnlyMemory<byte> bytes)
    {
        ThrowBehindFile();
        (_lent, _lentLength) = (bytes, bytes.Length);
    }

    /// <summary>
    /// The same with bytes of a file that was written a moment ago, which the kernel sends from its cache. (Of an older one it
    /// would have to read them first, and the thread that learns of all sockets' data might wait for that.) Nothing can be
    /// written behind it before the flush.
    /// </summary>
    public void Lend(FileStream file, long offset, int length)
    {
        ThrowBehindFile();
        (_file, _lentLength) = (new(file, offset, length), length);
    }

    public override void Advance(int bytes)
    {
        if (bytes == 0)
        {
            return;
        }

        if (_lentLength == 0)
        {
            ThrowBehindFile();
            _filled += bytes;
            return;
        }

        if (bytes != _lentLength)
        {
            throw new InvalidOperationException("Something else was written in the place of what was lent.");
        }

        Seal();
        if (_file is null)
        {
            Add(_lent);
        }
        else
        {
            _unsentLength += bytes;
        }

        (_lent, _lentLength) = (default, 0);
    }

    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        if (_block.Length - _filled < Math.Max(sizeHint, 1))
        {
            Seal();
            var block = sizeHint <= pool.MaxBufferSize ? pool.Rent() : MemoryPool<byte>.Shared.Rent(sizeHint);
            _blocks.Add(block);
            _block = block.Memory;
            _filled = _sealed = 0;
        }

        return _block[_filled..];
    }

    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        Seal();
        if (_unsentLength == 0 || _isBroken)
        {
            Clear();
            return new(new FlushResult(isCanceled: false, isCompleted: _isBroken));
        }

        return SendAsync();
    }

    public override void CancelPendingFlush()
    {
        // A flush ends with its connection, at the latest; nobody cancels one.
    }

    public override void Complete(Exception? exception = null)
    {
        Clear();
        transport.Complete(exception);
    }

    private async ValueTask<FlushResult> SendAsync()
    {
        var hasWaited = false;
        try
        {
            var isHead = _file is not null && _unsent.Count > 0;
            if (isHead)
            {
                Cork(true);
            }

            if (_unsent.Count > 0)
            {
                var sending = _unsent is [var only]
                    ? socket.SendAsync(only.AsMemory(), SocketFlags.None)
                    : new ValueTask<int>(socket.SendAsync(_unsent, SocketFlags.None));
                hasWaited = !sending.IsCompleted;
                await sending;
            }

            if (_file is { } file)
            {
                var sending = SendAsync(file);
                hasWaited |= !sending.IsCompleted;
                await sending;
            }

            if (isHead)
            {
                Cork(false);
            }

            egress?.Add(_unsentLength);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The client has gone, or the connection was ended. Kestrel learns it from the result, and from what it reads.
            _isBroken = true;
            if (e is SocketException { SocketErrorCode: SocketError.TimedOut })
            {
                stalls?.Add();
            }
        }

        Clear();
        if (hasWaited)
        {
            // This is the thread that learns of all sockets' data, where no request is handled: see decision 0002.
            await Task.Yield();
        }

        return new(isCanceled: false, isCompleted: _isBroken);
    }

    private void ThrowBehindFile()
    {
        if (_file is not null)
        {
            throw new InvalidOperationException("Something was written behind a file.");
        }
    }

    private async Task SendAsync(FileRange file)
    {
        var sent = new TaskCompletionSource();
        using var sending = new SocketAsyncEventArgs
        {
            SendPacketsElements = [new SendPacketsElement(file.Stream, file.Offset, file.Length)],
        };
        sending.Completed += (_, _) => sent.SetResult();
        if (socket.SendPacketsAsync(sending))
        {
            await sent.Task;
        }

        if (sending.SocketError != SocketError.Success)
        {
            throw new SocketException((int)sending.SocketError);
        }
    }

    /// <summary>
    /// While corked, the kernel sends full packets only: what is written before a file goes with its beginning. tcp(7).
    /// </summary>
    private void Cork(bool isOn)
    {
        if (OperatingSystem.IsLinux())
        {
            socket.SetRawSocketOption(TcpLevel, TcpCork, isOn ? [1, 0, 0, 0] : [0, 0, 0, 0]);
        }
    }

    /// <summary>Closes the run of bytes that were written into the block since the last one.</summary>
    private void Seal()
    {
        if (_filled > _sealed)
        {
            Add(_block[_sealed.._filled]);
            _sealed = _filled;
        }
    }

    private void Add(ReadOnlyMemory<byte> bytes)
    {
        if (!MemoryMarshal.TryGetArray(bytes, out var segment))
        {
            segment = bytes.ToArray();
        }

        _unsent.Add(segment);
        _unsentLength += segment.Count;
    }

    private void Clear()
    {
        _unsent.Clear();
        _unsentLength = 0;
        _file = null;
        _block = default;
        _filled = _sealed = 0;
        foreach (var block in _blocks)
        {
            block.Dispose();
        }

        _blocks.Clear();
    }

    private readonly record struct FileRange(FileStream Stream, long Offset, int Length);
}
