using System.Diagnostics;

namespace Streaming.RtmpPusher;

/// <summary>Gives out the tags of a <see cref="MediaLoop"/> when an encoder would, round after round.</summary>
internal sealed class Pacing(MediaLoop loop, TimeSpan delay, Tempo tempo)
{
    private readonly long _start = Stopwatch.GetTimestamp() + (long)(delay.TotalSeconds * Stopwatch.Frequency);
    private int _index;
    private uint _base;

    /// <summary>How long after its time the latest tag came.</summary>
    public TimeSpan LatenessMax { get; private set; }

    private uint NextMs => _base + loop.Media[_index].TimestampMs;

    /// <summary>Waits until the next tag's time. False when it is not before <paramref name="duration"/>.</summary>
    public async ValueTask<bool> WaitAsync(TimeSpan duration, CancellationToken cancellationToken)
    {
        var due = TimeSpan.FromMilliseconds(NextMs);
        if (due >= duration)
        {
            return false;
        }

        for (var wait = due - Elapsed(); wait > TimeSpan.Zero; wait = due - Elapsed())
        {
            // The timer counts whole milliseconds and may ring early; a wait of 0 would spin. In a rush it rings late, which is
            // made up for at once.
            await Task.Delay(
                TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds / tempo.SpeedAt(WallElapsed()))), cancellationToken);
        }

        var lateness = Elapsed() - due;
        LatenessMax = lateness > LatenessMax ? lateness : LatenessMax;
        return true;
    }

    /// <summary>Takes the next tag if its time has come.</summary>
    public bool TryTake(out MediaTag tag)
    {
        tag = loop.Media[_index];
        if (TimeSpan.FromMilliseconds(NextMs) > Elapsed())
        {
            return false;
        }

        tag = tag with { TimestampMs = NextMs };
        if (++_index == loop.Media.Count)
        {
            _index = 0;
            _base += loop.PeriodMs;
        }

        return true;
    }

    /// <summary>Media that is due by now.</summary>
    private TimeSpan Elapsed() => tempo.MediaAt(WallElapsed());

    private TimeSpan WallElapsed() => Stopwatch.GetElapsedTime(_start);
}
