using Microsoft.Extensions.Time.Testing;
using Streaming.Cluster.Broadcasts.Source;

namespace Streaming.Cluster.Tests.Broadcasts;

public sealed class BitRateLimitTests
{
    private const int BytesPerSecond = 1_000_000;
    private const int Tags = 50;

    private readonly FakeTimeProvider _time = new();
    private readonly BitRateLimit _limit;

    public BitRateLimitTests() => _limit = new(_time, BytesPerSecond * 8L);

    [Fact]
    public void Rate_AtTheLimit_PassesForEver()
    {
        Assert.True(Send(TimeSpan.FromMinutes(10), BytesPerSecond));
    }

    [Fact]
    public void Rate_AboveTheLimit_EndsAfterSomeSeconds()
    {
        Assert.True(Send(TimeSpan.FromSeconds(9), BytesPerSecond * 2));
        Assert.False(Send(TimeSpan.FromSeconds(2), BytesPerSecond * 2));
    }

    [Fact]
    public void Burst_OfWhatAStallHeldUp_Passes()
    {
        Send(TimeSpan.FromMinutes(1), BytesPerSecond / 2);
        _time.Advance(TimeSpan.FromSeconds(15));

        Assert.True(_limit.Takes(BytesPerSecond * 15 / 2));
    }

    [Fact]
    public void Flood_WithoutTimePassing_TakesNoMoreThanTheBurst()
    {
        var taken = 0L;
        while (_limit.Takes(10_000))
        {
            taken += 10_000;
        }

        Assert.Equal(BytesPerSecond * 10, taken);
    }

    [Fact]
    public void Pause_OfAnyLength_GivesOneBurstAlone()
    {
        _time.Advance(TimeSpan.FromDays(365));
        _limit.Pass();

        Assert.True(_limit.Takes(BytesPerSecond * 10));
        Assert.False(_limit.Takes(1));
    }

    private bool Send(TimeSpan time, int bytesPerSecond)
    {
        var within = true;
        for (var sent = TimeSpan.Zero; sent < time; sent += TimeSpan.FromSeconds(1) / Tags)
        {
            within &= _limit.Takes(bytesPerSecond / Tags);
            _time.Advance(TimeSpan.FromSeconds(1) / Tags);
            if (sent.Milliseconds == 0)
            {
                _limit.Pass();
            }
        }

        return within;
    }
}
