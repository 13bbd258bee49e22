using Streaming.Pipeline.Media;

namespace Streaming.Pipeline.Tests.Media;

public sealed class FrameRateTests
{
    [Theory]
    [InlineData(30, 30, 1)]
    [InlineData(29.991, 30, 1)]
    [InlineData(29.97, 30_000, 1001)]
    [InlineData(29.968, 30_000, 1001)]
    [InlineData(23.976, 24_000, 1001)]
    [InlineData(59.94, 60_000, 1001)]
    [InlineData(25.003, 25, 1)]
    [InlineData(1, 1, 1)]
    [InlineData(14.7, 14_700, 1000)]
    [InlineData(0.5, 500, 1000)]
    public void FrameRate_Measured_IsTheWellKnownOneNextToIt(double measured, int numerator, int denominator) =>
        Assert.Equal(new FrameRate(numerator, denominator), FrameRate.Of(measured));

    [Theory]
    [InlineData(0)]
    [InlineData(-30)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(1e12)]
    public void FrameRate_NotMeasured_IsNone(double measured) => Assert.Null(FrameRate.Of(measured));
}
