using Microsoft.Extensions.Time.Testing;
using Streaming.Gateway.Connections;

namespace Streaming.Gateway.Tests.Connections;

/// <summary>When it is time to say how often something happened.</summary>
public sealed class PacedCountTests
{
    [Fact]
    public void Count_OfAFlood_IsToldAtOnceAndThenOnceAnInterval()
    {
        var time = new FakeTimeProvider();
        var count = new PacedCount(time);
        Assert.True(count.Add(out var untold));
        Assert.Equal(1, untold);
        for (var i = 0; i < 100; i++)
        {
            Assert.False(count.Add(out _));
        }

        time.Advance(TimeSpan.FromSeconds(10));
        Assert.True(count.Add(out untold));
        Assert.Equal(101, untold);
        Assert.False(count.Add(out _));
        Assert.Equal(103, count.Total);
    }
}
