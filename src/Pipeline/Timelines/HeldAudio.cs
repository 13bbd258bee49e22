using System.Buffers;

namespace Streaming.Pipeline.Timelines;

/// <summary>
/// Audio frames that wait for video to pass them: at most <see cref="FramesMax"/>, and <see cref="SpanMax"/> of them. Payloads
/// are copied into pooled arrays. What <see cref="TryTake"/> gives is borrowed until the next call.
/// </summary>
internal sealed class HeldAudio
{
    /// <summary>More than this means that video stands still.</summary>
    public static readonly TimeSpan SpanMax = TimeSpan.FromSeconds(2);

    /// <summary>AAC at 96 kHz has 188 in two seconds.</summary>
    public const int FramesMax = 192;

    private readonly Queue<(long Ms, byte[] Rented, int Length)> _frames = new(FramesMax);
    private byte[]? _lent;
    private long _shiftMs;

    /// <summary>It is as much as may be held, with one more at <paramref name="ms"/>.</summary>
    public bool IsFullAt(long ms) => _frames.Count >= FramesMax
        || (_frames.TryPeek(out var oldest) && ms - (oldest.Ms + _shiftMs) >= SpanMax.TotalMilliseconds);

    /// <summary>Moves what is held by so much.</summary>
    public void Shift(long ms) => _shiftMs += ms;

    /// <summary>Copies a frame; false when there is no room for it.</summary>
    public bool TryAdd(long ms, ReadOnlySpan<byte> data)
    {
        if (_frames.Count >= FramesMax)
        {
            return false;
        }

        var rented = ArrayPool<byte>.Shared.Rent(data.Length);
        data.CopyTo(rented);
        _frames.Enqueue((ms - _shiftMs, rented, data.Length));
        return true;
    }

    /// <summary>Takes the oldest frame if it is not later than <paramref name="untilMs"/>.</summary>
    public bool TryTake(long untilMs, out long ms, out ReadOnlyMemory<byte> data)
    {
        GiveBack();
        if (!_frames.TryPeek(out var frame) || frame.Ms + _shiftMs > untilMs)
        {
            (ms, data) = (0, default);
            return false;
        }

        _frames.Dequeue();
        _lent = frame.Rented;
        (ms, data) = (frame.Ms + _shiftMs, frame.Rented.AsMemory(0, frame.Length));
        return true;
    }

    public void Clear()
    {
        while (TryTake(long.MaxValue, out _, out _))
        {
        }
    }

    private void GiveBack()
    {
        if (_lent is not null)
        {
            ArrayPool<byte>.Shared.Return(_lent);
            _lent = null;
        }
    }
}
