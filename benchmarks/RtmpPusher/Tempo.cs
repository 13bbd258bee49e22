namespace Streaming.RtmpPusher;

/// <summary>
/// How media time goes with wall-clock time: in real time, or in a rush to each mark and in real time for a while after it.
/// </summary>
/// <param name="marks">Media times to hurry to, rising.</param>
/// <param name="speed">Seconds of media a second, while it hurries.</param>
/// <param name="rest">How long it goes on in real time from each mark.</param>
internal sealed class Tempo(IReadOnlyList<TimeSpan> marks, double speed, TimeSpan rest)
{
    public static Tempo RealTime { get; } = new([], 1, TimeSpan.Zero);

    /// <summary>Media time after that much time on the wall clock.</summary>
    public TimeSpan MediaAt(TimeSpan wall) => At(wall).Media;

    /// <summary>Seconds of media a second then.</summary>
    public double SpeedAt(TimeSpan wall) => At(wall).Speed;

    private (TimeSpan Media, double Speed) At(TimeSpan wall)
    {
        var media = TimeSpan.Zero;
        foreach (var mark in marks)
        {
            var rush = (mark - media) / speed;
            if (wall < rush)
            {
                return (media + (wall * speed), speed);
            }

            wall -= rush;
            if (wall < rest)
            {
                return (mark + wall, 1);
            }

            wall -= rest;
            media = mark + rest;
        }

        return (media + wall, 1);
    }
}
