using Streaming.Pipeline.Timelines;

namespace Streaming.Pipeline.Tests.Timelines;

/// <summary>BANDWIDTH and AVERAGE-BANDWIDTH, with slivers among the segments.</summary>
public sealed class MeasuredBitRateTests
{
    private readonly MeasuredBitRate _bitRate = new();

    [Fact]
    public void Nothing_IsUnknown() => Assert.Equal((0, 0), (_bitRate.Peak, _bitRate.Average));

    [Fact]
    public void Segments_OfTheTarget_CountOneByOne()
    {
        _bitRate.Add(250_000, 2);
        _bitRate.Add(500_000, 2);
        _bitRate.Add(250_000, 2);

        Assert.Equal((2_000_000, 1_333_333), (_bitRate.Peak, _bitRate.Average));
    }

    [Fact]
    public void Sliver_AloneAtFirst_IsNotMoreThanItsBitsInASecond()
    {
        _bitRate.Add(20_000, 0.0003);

        Assert.Equal((160_000, 160_000), (_bitRate.Peak, _bitRate.Average));
    }

    [Fact]
    public void Slivers_CountWithWhatFollowsThem()
    {
        _bitRate.Add(20_000, 0.0003);
        _bitRate.Add(20_000, 0.0003);
        _bitRate.Add(250_000, 2);

        Assert.InRange(_bitRate.Peak, 1_159_000, 1_160_000);
        Assert.Equal(_bitRate.Peak, _bitRate.Average);
    }

    [Fact]
    public void Peak_OfSegmentsBeforeALastShortOne_IsNoLessThanTheMean()
    {
        _bitRate.Add(100_000, 1);
        _bitRate.Add(50_000, 0.1);

        Assert.Equal((1_090_909, 1_090_909), (_bitRate.Peak, _bitRate.Average));
    }

    [Fact]
    public void Segment_OfNoBytes_IsOne()
    {
        _bitRate.Add(0, 2);

        Assert.Equal((1, 1), (_bitRate.Peak, _bitRate.Average));
    }
}
