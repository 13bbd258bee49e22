using Streaming.Pipeline.Media;

namespace Streaming.Pipeline.Transcoding;

/// <summary>What a run has made by now.</summary>
/// <param name="NewestPresentationTime">
/// Of the newest picture that has come out of every rung, in 90 kHz ticks; <see cref="long.MinValue"/> before there is one.
/// </param>
/// <param name="Pictures">Pictures that have come out of all rungs.</param>
public readonly record struct RunProgress(long NewestPresentationTime, long Pictures)
{
    /// <summary>Nothing has come out yet.</summary>
    public static RunProgress None { get; } = new(long.MinValue, 0);

    /// <summary>Something has come out of every rung.</summary>
    public bool HasOutput => NewestPresentationTime != long.MinValue;

    /// <summary>How far the slowest rung is behind what was fed, in media time; zero as long as nothing was fed or made.</summary>
    /// <param name="fed">Presentation time of the newest picture that the run was fed, in 90 kHz ticks.</param>
    public TimeSpan LagBehind(long fed) => fed == long.MinValue || !HasOutput
        ? TimeSpan.Zero
        : TimeSpan.FromMilliseconds(Math.Max(0, (fed - NewestPresentationTime) / (double)MediaClock.TicksPerMs));
}
