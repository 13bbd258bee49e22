namespace Streaming.Pipeline.Timelines;

/// <summary>
/// Anchors media time to the wall clock, one <see cref="Period"/> after another. Media's wall-clock time is meant to be when
/// it arrives if nothing holds it up: players measure their latency by it, and DASH players keep it by it.
/// </summary>
/// <remarks>
/// A period is anchored when its first picture is there. That may have been held up, at the start of a broadcast (tags wait
/// until both tracks have shown themselves, encoders send what piled up while they connected) or in a network that stood still:
/// then all that follows is ahead of its wall-clock time by as much, and is anchored anew once it is clear by how much. A
/// publisher that is faster than real time gets further and further ahead, and is left alone.
/// </remarks>
internal sealed class WallClock(TimeProvider time)
{
    /// <summary>Media may be late by this before it is anchored anew.</summary>
    public static readonly TimeSpan LagMax = TimeSpan.FromSeconds(1);

    /// <summary>Media may be ahead by this in a period that is anchored by when a picture arrived.</summary>
    public static readonly TimeSpan LeadMaxOnArrival = TimeSpan.FromMilliseconds(30);

    /// <summary>
    /// Media may be ahead by this in a period that was anchored by the lead itself: an encoder's clock that is fast by 50 µs
    /// a second begins a period every 80 minutes.
    /// </summary>
    public static readonly TimeSpan LeadMax = TimeSpan.FromMilliseconds(250);

    /// <summary>The lead counts once it has not grown for this long.</summary>
    public static readonly TimeSpan LeadSettles = TimeSpan.FromSeconds(1);

    // What media comes earlier by than ever before in its period, to count as growth.
    private static readonly TimeSpan LeadStep = TimeSpan.FromMilliseconds(10);

    private int _periods;
    private TimeSpan _lead;
    private TimeSpan _leadMax;
    private DateTimeOffset _leadSince;

    /// <summary>The period in force, null before the first segment and between publishers.</summary>
    public Period? Period { get; private set; }

    /// <summary>The publisher has gone: the next one's media has nothing to do with this one's time.</summary>
    public void Leave() => Period = null;

    /// <summary>Media of that decode time has arrived.</summary>
    public void Arrived(long decodeTime)
    {
        if (Period is null)
        {
            return;
        }

        var now = time.GetUtcNow();
        var lead = Period.At(decodeTime) - now;
        if (lead >= _lead + LeadStep)
        {
            (_lead, _leadSince) = (lead, now);
        }
    }

    /// <summary>The period of a segment that begins at that decode time.</summary>
    public Period BeginSegment(long decodeTime, bool isDiscontinuity)
    {
        var now = time.GetUtcNow();
        if (Period is null || isDiscontinuity || now - Period.At(decodeTime) > LagMax)
        {
            return Anchor(decodeTime, now, LeadMaxOnArrival);
        }

        return _lead > _leadMax && now - _leadSince >= LeadSettles
            ? Anchor(decodeTime, Period.At(decodeTime) - _lead, LeadMax)
            : Period;
    }

    private Period Anchor(long decodeTime, DateTimeOffset programDateTime, TimeSpan leadMax)
    {
        (_lead, _leadMax, _leadSince) = (TimeSpan.Zero, leadMax, time.GetUtcNow());
        return Period = new Period(_periods++, decodeTime, programDateTime);
    }
}
