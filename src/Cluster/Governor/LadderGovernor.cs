namespace Streaming.Cluster.Governor;

/// <summary>
/// Decides how many rungs of its ladder a broadcast may have, from how far its transcoder is behind: takes the top one off
/// when it lags, tries it again after a while, and longer after each time that failed. Pure: told the time, asked for the
/// number.
/// </summary>
/// <param name="lagMax">Lag that is too much: a segment.</param>
public sealed class LadderGovernor(TimeSpan lagMax)
{
    /// <summary>First wait before a rung that was taken off is tried again; doubles with each failure.</summary>
    public static readonly TimeSpan RetryMin = TimeSpan.FromSeconds(60);

    /// <summary>Longest wait before it is tried again.</summary>
    public static readonly TimeSpan RetryMax = TimeSpan.FromMinutes(15);

    // One late moment is a hiccup of the machine, not a ladder that is too high.
    private const int LateSamplesMax = 2;

    // What lag gets less by in a second where the transcoder makes up for a slow beginning or a busy moment.
    private const int CatchUpDivisor = 8;

    // A ladder that holds for this long has proved itself.
    private static readonly TimeSpan Proof = TimeSpan.FromSeconds(30);

    private int _removed;
    private int _lateSamples;
    private TimeSpan _lag;
    private TimeSpan _retry = RetryMin;
    private DateTimeOffset _changedAt;
    private int _crashes;
    private DateTimeOffset _crashedAt;

    /// <summary>Why rungs are missing, in a sentence; null when none are.</summary>
    public string? Reason { get; private set; }

    /// <summary>Rungs to run of a ladder of <paramref name="ladder"/> rungs, counted from the lowest.</summary>
    public int Allowed(int ladder) => Math.Max(0, ladder - _removed);

    /// <summary>The transcoder's lag at <paramref name="now"/>, about once a second while one runs.</summary>
    public void Observe(TimeSpan lag, int ladder, DateTimeOffset now)
    {
        var isCatchingUp = lag <= _lag - (lagMax / CatchUpDivisor);
        _lag = lag;
        if (lag > lagMax)
        {
            if (!isCatchingUp && ++_lateSamples >= LateSamplesMax)
            {
                StepDown(ladder, now, "The transcoder cannot keep up on this machine; the top quality is off for now.");
            }

            return;
        }

        _lateSamples = 0;
        if (now - _changedAt > Proof)
        {
            _crashes = 0;
        }

        Recover(lag, now);
    }

    /// <summary>The transcoder was so far behind that it was given up.</summary>
    public void Overloaded(int ladder, DateTimeOffset now) =>
        StepDown(ladder, now, "The transcoder cannot keep up on this machine; the top quality is off for now.");

    /// <summary>No transcoder runs although one may: nothing is known, but time passes.</summary>
    public void Idle(DateTimeOffset now) => Recover(TimeSpan.Zero, now);

    /// <summary>The transcoder broke. It may start again at <see cref="MayStart"/>.</summary>
    public void Crashed(DateTimeOffset now)
    {
        _crashes++;
        _crashedAt = now;
        _changedAt = now;
    }

    /// <summary>
    /// Whether a run may start now: at once after the first failure, later and later after the next ones.
    /// </summary>
    public bool MayStart(DateTimeOffset now) =>
        _crashes <= 1 || now - _crashedAt >= TimeSpan.FromSeconds(Math.Min(60, 1 << Math.Min(_crashes, 6)));

    private void StepDown(int ladder, DateTimeOffset now, string reason)
    {
        _lateSamples = 0;
        if (_removed >= ladder)
        {
            return;
        }

        // It was tried again and failed again: wait longer next time.
        _retry = _removed > 0 || now - _changedAt < Proof ? Min(_retry * 2, RetryMax) : RetryMin;
        _removed++;
        _changedAt = now;
        Reason = Allowed(ladder) == 0
            ? "The transcoder cannot keep up on this machine; only the source quality is available for now."
            : reason;
    }

    private void Recover(TimeSpan lag, DateTimeOffset now)
    {
        if (_removed > 0 && lag < lagMax / 4 && now - _changedAt >= _retry)
        {
            _removed--;
            _changedAt = now;
            Reason = _removed == 0 ? null : Reason;
        }
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
