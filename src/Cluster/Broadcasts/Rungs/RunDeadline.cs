namespace Streaming.Cluster.Broadcasts.Rungs;

/// <summary>
/// Tells when a run that was fed gives nothing for too long: for longer than it ever does while it works, on the machine that it is on. Pure: told what is
/// fed and what comes, asked with each picture.
/// </summary>
/// <param name="partTarget">Media of a part in 90 kHz ticks: with so much more fed than came, there is one that should come.</param>
/// <param name="most">Longest wait, also for the first media of a run.</param>
internal sealed class RunDeadline(long partTarget, TimeSpan most)
{
    /// <summary>Shortest wait: a part of a run that has never made anybody wait.</summary>
    public static readonly TimeSpan Least = TimeSpan.FromSeconds(1);

    // A wait of three times the longest so far is none that the machine explains.
    private const int Factor = 3;

    // With each arrival, several a second, the longest wait fades by so much: half of it is left after some ten seconds.
    private const double Fading = 0.98;

    // A node that stood still itself has not waited meanwhile.
    private static readonly TimeSpan StepMax = TimeSpan.FromMilliseconds(250);

    private long _madeUntil = long.MinValue;
    private TimeSpan _waited;
    private TimeSpan _longest;
    private TimeSpan? _lookedAt;

    /// <summary>Media came, up to there (90 kHz).</summary>
    public void Came(long until)
    {
        _longest = _waited > _longest * Fading ? _waited : _longest * Fading;
        _waited = TimeSpan.Zero;
        _madeUntil = Math.Max(_madeUntil, until);
    }

    /// <summary>Whether it is too late by now.</summary>
    /// <param name="fedUntil">What it was fed, up to there (90 kHz).</param>
    /// <param name="now">On a clock that does not jump.</param>
    public bool IsOver(long fedUntil, TimeSpan now)
    {
        var step = now - (_lookedAt ?? now);
        _lookedAt = now;
        if (_madeUntil != long.MinValue && fedUntil - _madeUntil <= partTarget)
        {
            _waited = TimeSpan.Zero;
            return false;
        }

        _waited += step < StepMax ? step : StepMax;
        var allowed = _madeUntil == long.MinValue ? most : _longest * Factor;
        return _waited > (allowed < Least ? Least : allowed > most ? most : allowed);
    }

    /// <summary>It is waited for as long again.</summary>
    public void Extend() => _waited = TimeSpan.Zero;
}
