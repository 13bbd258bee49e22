namespace Streaming.Cluster.Broadcasts.Source;

/// <summary>
/// How long a publisher's pictures last, as the first of them tell. It decides how many go into a part, so it has to be known
/// before the first part is made.
/// </summary>
internal sealed class OpeningPictures
{
    private const int DistancesMax = 64;

    // So many distances say more than what a stream declares of itself.
    private const int DistancesMeasured = 3;

    // Times are rounded to milliseconds; a declared rate that is as near as this is the exact one.
    private const double Agreement = 0.05;

    private static readonly TimeSpan FrameMin = TimeSpan.FromMilliseconds(4);
    private static readonly TimeSpan FrameMax = TimeSpan.FromSeconds(10);

    private readonly List<int> _distances = new(DistancesMax);
    private uint? _newest;

    /// <summary>Enough have come to tell.</summary>
    public bool IsMeasured => _distances.Count >= DistancesMeasured;

    /// <summary>A picture has come with that decode time.</summary>
    public void Arrived(uint timestampMs)
    {
        var distance = unchecked((int)(timestampMs - (_newest ?? timestampMs)));
        _newest = timestampMs;
        if (distance > 0 && _distances.Count < DistancesMax)
        {
            _distances.Add(distance);
        }
    }

    /// <summary>What a picture lasts, zero where nothing tells.</summary>
    /// <param name="declaredFrameRate">Pictures per second as the stream declares, 0 where it does not.</param>
    public TimeSpan FrameDuration(double declaredFrameRate)
    {
        var measured = Measured();
        var declared = declaredFrameRate > 0 ? Plausible(1 / declaredFrameRate) : TimeSpan.Zero;
        return measured == TimeSpan.Zero ? declared
            : declared == TimeSpan.Zero ? measured
            : IsMeasured && (measured - declared).Duration() > declared * Agreement ? measured
            : declared;
    }

    // Without the distances that a pause or a dropped picture made.
    private TimeSpan Measured()
    {
        if (_distances.Count == 0)
        {
            return TimeSpan.Zero;
        }

        _distances.Sort();
        var median = _distances[_distances.Count / 2];
        return Plausible(_distances.Where(distance => distance > median / 2.0 && distance < median * 1.5).Average() / 1000);
    }

    private static TimeSpan Plausible(double seconds)
    {
        var duration = TimeSpan.FromSeconds(Math.Min(seconds, 3600));
        return duration >= FrameMin && duration <= FrameMax ? duration : TimeSpan.Zero;
    }
}
