using Microsoft.Extensions.Time.Testing;
using Streaming.Cluster.Broadcasts.Source;

namespace Streaming.Cluster.Tests.Broadcasts;

/// <summary>Who keeps a channel that several encoders want.</summary>
public sealed class TakeOversTests
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(2);

    private readonly FakeTimeProvider _time = new();
    private readonly TakeOvers _takeOvers;

    public TakeOversTests() => _takeOvers = new(_time);

    [Fact]
    public void Publisher_NotAlive_GivesWayEveryTime()
    {
        for (var i = 0; i < 100; i++)
        {
            Assert.Equal(TakeOver.Admitted, _takeOvers.Decide(isAlive: false));
        }
    }

    [Fact]
    public void Fight_OfEncodersThatComeBack_SettlesForAsLongAsOneTries()
    {
        TakeUp();

        Assert.Equal(TakeOver.HeldOff, Next());
        for (var waited = TimeSpan.Zero; waited < TakeOvers.Within * 10; waited += Retry)
        {
            Assert.Equal(TakeOver.StillHeldOff, Next());
        }
    }

    [Fact]
    public void HeldOff_PublisherNotAliveAnyMore_IsAdmittedAtOnce()
    {
        TakeUp();
        Next();

        Assert.Equal(TakeOver.Admitted, _takeOvers.Decide(isAlive: false));
    }

    [Fact]
    public void HeldOff_AfterATimeWithoutATry_IsAdmitted()
    {
        TakeUp();
        Next();

        _time.Advance(TakeOvers.Within);

        Assert.Equal(TakeOver.Admitted, _takeOvers.Decide(isAlive: true));
    }

    [Fact]
    public void TakeOvers_SpreadOut_AreAllAdmitted()
    {
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(TakeOver.Admitted, _takeOvers.Decide(isAlive: true));
            _time.Advance(TakeOvers.Within / TakeOvers.Max);
        }
    }

    private void TakeUp()
    {
        for (var i = 0; i < TakeOvers.Max; i++)
        {
            Assert.Equal(TakeOver.Admitted, Next());
        }
    }

    private TakeOver Next()
    {
        _time.Advance(Retry);
        return _takeOvers.Decide(isAlive: true);
    }
}
