using Streaming.Cluster.Broadcasts.Rungs;
using Streaming.Pipeline.Media;

namespace Streaming.Cluster.Tests.Broadcasts;

/// <summary>A run is given up when it gives nothing for longer than it does while it works. A picture comes every 40 ms.</summary>
public sealed class RunDeadlineTests
{
    private const long PartTarget = MediaClock.TicksPerSecond / 3;

    private static readonly TimeSpan Picture = TimeSpan.FromMilliseconds(40);
    private static readonly TimeSpan Most = TimeSpan.FromSeconds(5);

    private readonly RunDeadline _deadline = new(PartTarget, Most);
    private TimeSpan _now;
    private long _fed;
    private long _made;

    [Fact]
    public void Run_ThatHasGivenNothingYet_HasTheLongestWait() => Assert.InRange(UntilOver(), Most - Picture, Most + (2 * Picture));

    [Fact]
    public void Run_ThatWorksAndStops_IsOverdueASecondAfterAPartShouldHaveCome()
    {
        Work(TimeSpan.FromSeconds(10));
        Assert.InRange(UntilOver(), RunDeadline.Least, RunDeadline.Least + TimeSpan.FromSeconds(0.5));
    }

    [Fact]
    public void Run_OfABusyMachine_HasThreeTimesTheLongestWaitSoFar()
    {
        Work(TimeSpan.FromSeconds(10));
        Feed(TimeSpan.FromSeconds(0.9)); // No more than the least: it is not over.
        Work(TimeSpan.FromSeconds(1));

        var wait = UntilOver();
        Assert.InRange(wait, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(3));
    }

    [Fact]
    public void Run_ThatWaitedLongAgo_HasTheLeastAgain()
    {
        Work(TimeSpan.FromSeconds(1));
        Feed(TimeSpan.FromSeconds(0.9));
        Work(TimeSpan.FromSeconds(60));

        Assert.InRange(UntilOver(), RunDeadline.Least, RunDeadline.Least + TimeSpan.FromSeconds(0.5));
    }

    [Fact]
    public void Run_WhileThisNodeStandsStill_IsNotOverdue()
    {
        Work(TimeSpan.FromSeconds(10));
        Feed(TimeSpan.FromSeconds(0.5));
        _now += TimeSpan.FromSeconds(10);

        Assert.False(_deadline.IsOver(_fed, _now));
    }

    [Fact]
    public void Run_ThatIsNotFed_OwesNothing()
    {
        Work(TimeSpan.FromSeconds(10));
        for (var look = 0; look < 100; look++)
        {
            _now += Picture;
            Assert.False(_deadline.IsOver(_fed, _now));
        }
    }

    [Fact]
    public void Run_Extended_HasAsLongAgain()
    {
        Work(TimeSpan.FromSeconds(10));
        UntilOver();
        _deadline.Extend();

        Assert.InRange(UntilOver(), RunDeadline.Least, RunDeadline.Least + (2 * Picture));
    }

    /// <summary>Parts come as they should.</summary>
    private void Work(TimeSpan span)
    {
        for (var end = _now + span; _now < end;)
        {
            Assert.False(Feed());
            if (_fed - _made >= PartTarget)
            {
                _deadline.Came(_made = _fed);
            }
        }
    }

    /// <summary>None comes.</summary>
    private void Feed(TimeSpan span)
    {
        for (var end = _now + span; _now < end;)
        {
            Assert.False(Feed());
        }
    }

    private TimeSpan UntilOver()
    {
        var begun = _now;
        while (!Feed())
        {
            Assert.True(_now - begun < Most * 2);
        }

        return _now - begun;
    }

    private bool Feed()
    {
        _now += Picture;
        _fed += (long)(Picture.TotalSeconds * MediaClock.TicksPerSecond);
        return _deadline.IsOver(_fed, _now);
    }
}
