namespace Streaming.Pipeline.Timelines;

/// <summary>
/// Anchors media time to the wall clock, one <see cref="Period"/> after another. Media's wall-clock time is meant to be
/// when it arrives if nothing holds it up: players measure their latency by it, and DASH players keep it by it.
/// </summary>
/// <remarks>
/// A period is anchored when its first picture is there. Where that was held up in a network that stood still, all that
/// follows is ahead of its wall-clock time, and is anchored anew once it is clear by how much. A publisher that is
/// faster than real time gets further and further ahead, and is left alone.
/// <para>
/// What is late is what arrives late as against its timestamp, and goes on doing so. When a segment is cut says nothing about it:
/// after a pause, that is when the next picture comes. Nor does a network that stands still and then brings all at once.
/// </para>
/// </remarks>
internal sealed class WallClock(TimeProvider time)
{
    /// <summary>Media may be late by this before it is anchored anew.</summary>
    public static readonly TimeSpan LagMax = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Media may be ahead by this before it is anchored anew: an encoder's clock that is fast by 50 µs a second begins
    /// a period every 80 minutes.
    /// </summary>
    public static readonly TimeSpan LeadMax = TimeSpan.FromMilliseconds(250);

    /// <summary>The lead counts once it has not grown for this long.</summary>
    public static readonly TimeSpan LeadSettles = TimeSpan.FromSeconds(1);

    /// <summary>The lag counts once everything has been late for this long.</summary>
    public static readonly TimeSpan LagSettles = TimeSpan.FromSeconds(1);

    // What media comes earlier by than ever before in its period, to count as growth.
    private static readonly TimeSpan LeadStep = TimeSpan.FromMilliseconds(10);

    // A playlist's unit.
    private static readonly TimeSpan DateStep = TimeSpan.FromMilliseconds(1);

    private readonly Cadence _cadence = new();
    private Period? _newest;
    private DateTimeOffset _begunAt;
    private TimeSpan _lead;
    private DateTimeOffset _leadSince;
    private TimeSpan _lag;
    private DateTimeOffset? _lagSince;

    /// <summary>The period in force, null before the first segment and between publishers.</summary>
    public Period? Period { get; private set; }

    /// <summary>How long what the next publisher begins with was held up before it came here.</summary>
    public TimeSpan HeldUp { get; set; }

    /// <summary>Another publisher's media begins, which has nothing to do with the time of the one before.</summary>
    public void Join() => Period = null;

    /// <summary>Goes on where somebody else has anchored a timeline, whose newest segment is that one's.</summary>
    public void GoOn(Period newest, SegmentBoundary last) => (_newest, _begunAt) = (newest, last.ProgramDateTime);

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

        // The least late tells by how much.
        (_lag, _lagSince) = -lead <= LagMax ? (TimeSpan.Zero, null)
            : _lagSince is null ? (-lead, now)
            : (TimeSpan.FromTicks(Math.Min(_lag.Ticks, -lead.Ticks)), _lagSince);
    }

    /// <summary>The period of the segment with that number that begins at that decode time.</summary>
    public Period BeginSegment(long mediaSequence, long decodeTime, bool isNewConfiguration)
    {
        Period = _newest = Next(mediaSequence, decodeTime, isNewConfiguration);
        _begunAt = Period.At(decodeTime);
        return Period;
    }

    // Between discontinuities players tell media time by the wall clock: where that jumps, there is one.
    private Period Next(long mediaSequence, long decodeTime, bool isNewConfiguration)
    {
        var now = time.GetUtcNow();
        if (Period is null)
        {
            return Anchor(AfterTheLast(now - HeldUp)); // The clock of another node may have been ahead of this one's.
        }

        // A new configuration is a discontinuity, but does not make anything come later.
        var at = Period.At(decodeTime);
        return now - _lagSince >= LagSettles ? Anchor(at + _lag)
            : _lead > LeadMax && now - _leadSince >= LeadSettles ? Anchor(AfterTheLast(at - _lead))
            : isNewConfiguration ? Anchor(at)
            : _cadence.Next(Period, mediaSequence, decodeTime);

        // A lead may be longer than the segment before: dates do not go back all the same.
        DateTimeOffset AfterTheLast(DateTimeOffset date) => date > _begunAt ? date : _begunAt + DateStep;

        Period Anchor(DateTimeOffset programDateTime)
        {
            (_lead, _leadSince) = (TimeSpan.Zero, now);
            (_lag, _lagSince) = (TimeSpan.Zero, null);
            var (index, discontinuities) = _newest is null ? (0, 0) : (_newest.Index + 1, _newest.DiscontinuitySequence + 1);
            return new(index, decodeTime, programDateTime) { MediaSequence = mediaSequence, DiscontinuitySequence = discontinuities };
        }
    }
}
