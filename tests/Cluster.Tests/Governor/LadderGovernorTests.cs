using Streaming.Cluster.Governor;

namespace Streaming.Cluster.Tests.Governor;

/// <summary>A ladder of three rungs and segments of two seconds, observed once a second.</summary>
public sealed class LadderGovernorTests
{
    private const int Ladder = 3;

    private static readonly TimeSpan Late = TimeSpan.FromSeconds(2.1);
    private static readonly TimeSpan OnTime = TimeSpan.FromMilliseconds(100);

    private readonly LadderGovernor _governor = new(TimeSpan.FromSeconds(2));
    private DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void OnTime_AllowsAllAndSaysNothing()
    {
        Observe(OnTime, 3600);

        Assert.Equal(Ladder, _governor.Allowed(Ladder));
        Assert.Null(_governor.Reason);
    }

    [Fact]
    public void OneLateMoment_IsAHiccup()
    {
        for (var round = 0; round < 10; round++)
        {
            Observe(Late, 1);
            Observe(OnTime, 1);
        }

        Assert.Equal(Ladder, _governor.Allowed(Ladder));
    }

    [Fact]
    public void Late_TakesTheTopRungOffWithAReason()
    {
        Observe(Late, 2);

        Assert.Equal(Ladder - 1, _governor.Allowed(Ladder));
        Assert.Contains("top quality", _governor.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void LateAtFirst_ThenCatchingUp_KeepsItsRungs()
    {
        for (var lag = TimeSpan.FromSeconds(6); lag > OnTime; lag -= TimeSpan.FromSeconds(0.5))
        {
            Observe(lag, 1);
        }

        Assert.Equal(Ladder, _governor.Allowed(Ladder));
    }

    [Fact]
    public void LateAllTheTime_EndsAtTheSourceAlone()
    {
        Observe(Late, 60);

        Assert.Equal(0, _governor.Allowed(Ladder));
        Assert.Contains("only the source", _governor.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Recovered_TriesTheRungAgainAfterTheRetryTime()
    {
        Observe(OnTime, 120);
        Observe(Late, 2);
        Observe(OnTime, (int)LadderGovernor.RetryMin.TotalSeconds - 1);
        Assert.Equal(Ladder - 1, _governor.Allowed(Ladder));

        Observe(OnTime, 2);

        Assert.Equal(Ladder, _governor.Allowed(Ladder));
        Assert.Null(_governor.Reason);
    }

    [Fact]
    public void FailingAgainAndAgain_WaitsLongerUpToTheLongestTime()
    {
        Observe(OnTime, 120);
        var waits = new List<int>();
        for (var round = 0; round < 8; round++)
        {
            Observe(Late, 2);
            Assert.Equal(Ladder - 1, _governor.Allowed(Ladder));
            var waited = 0;
            while (_governor.Allowed(Ladder) < Ladder)
            {
                Observe(OnTime, 1);
                waited++;
            }

            waits.Add(waited);
        }

        Assert.InRange(waits[0], 58, 62);
        Assert.Equal(waits.Order(), waits);
        Assert.InRange(waits[1], 110, 130);
        Assert.InRange(waits[^1], 890, 910);
    }

    [Fact]
    public void HalfLate_IsNotEnoughToRecover()
    {
        Observe(Late, 2);
        Observe(TimeSpan.FromSeconds(1), 600);

        Assert.Equal(Ladder - 1, _governor.Allowed(Ladder));
    }

    [Fact]
    public void Overloaded_StepsDownAtOnce()
    {
        _governor.Overloaded(Ladder, _now);

        Assert.Equal(Ladder - 1, _governor.Allowed(Ladder));
        Assert.NotNull(_governor.Reason);
    }

    [Fact]
    public void Idle_RecoversWithTime()
    {
        for (var round = 0; round < Ladder; round++)
        {
            _governor.Overloaded(Ladder, _now);
        }

        Assert.Equal(0, _governor.Allowed(Ladder));
        for (var second = 0; second < 4000; second++)
        {
            _now += TimeSpan.FromSeconds(1);
            _governor.Idle(_now);
        }

        Assert.Equal(Ladder, _governor.Allowed(Ladder));
    }

    [Fact]
    public void Allowed_OfALadderThatShrank_IsNeverNegative()
    {
        Observe(Late, 20);

        Assert.Equal(0, _governor.Allowed(1));
        Assert.Equal(0, _governor.Allowed(0));
    }

    [Fact]
    public void Crashed_Once_MayStartAtOnce()
    {
        _governor.Crashed(_now);

        Assert.True(_governor.MayStart(_now));
    }

    [Theory]
    [InlineData(2, 4)]
    [InlineData(3, 8)]
    [InlineData(6, 60)]
    [InlineData(50, 60)]
    public void Crashed_AgainAndAgain_WaitsLonger(int crashes, int seconds)
    {
        for (var crash = 0; crash < crashes; crash++)
        {
            _governor.Crashed(_now);
        }

        Assert.False(_governor.MayStart(_now + TimeSpan.FromSeconds(seconds - 0.1)));
        Assert.True(_governor.MayStart(_now + TimeSpan.FromSeconds(seconds)));
    }

    [Fact]
    public void Crashes_AreForgottenAfterARunThatHolds()
    {
        _governor.Crashed(_now);
        _governor.Crashed(_now);
        Observe(OnTime, 32);
        _governor.Crashed(_now);

        Assert.True(_governor.MayStart(_now));
    }

    private void Observe(TimeSpan lag, int seconds)
    {
        for (var second = 0; second < seconds; second++)
        {
            _now += TimeSpan.FromSeconds(1);
            _governor.Observe(lag, Ladder, _now);
        }
    }
}
