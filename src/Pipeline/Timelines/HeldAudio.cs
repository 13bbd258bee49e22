using System.Buffers;

namespace Streaming.Pipeline.Timelines;

/// <summary>
/// Audio frames that wait for video to pass them. A ring of at most <see cref="FramesMax"/>; payloads are copied into
/// pooled arrays. What <see cref="TryTake"/> gives is borrowed until the next call.
/// </summary>
internal sealed class HeldAudio
{
    /// <summary>About two seconds of AAC at 48 kHz: more means that video stands still.</summary>
    public const int FramesMax = 96;

    private readonly Queue<(long Ms, byte[] Rented, int Length)> _frames = new(FramesMax);
    private byte[]? _lent;

    public bool IsFull => _frames.Count >= FramesMax;

    public void Add(long ms, ReadOnlySpan<byte> data)
    {
        var rented = ArrayPool<byte>.Shared.Rent(data.Length);
        data.CopyTo(rented);
        _frames.Enqueue((ms, rented, data.Length));
    }

    /// <summary>Takes the oldest frame if it is not later than <paramref name="untilMs"/>.</summary>
    public bool TryTake(long untilMs, out long ms, out ReadOnlyMemory<byte> data)
    {
        GiveBack();
        if (!_frames.TryPeek(out var frame) || frame.Ms > untilMs)
        {
            (ms, data) = (0, default);
            return false;
        }

        _frames.Dequeue();
        _lent = frame.Rented;
        (ms, data) = (frame.Ms, frame.Rented.AsMemory(0, frame.Length));
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
