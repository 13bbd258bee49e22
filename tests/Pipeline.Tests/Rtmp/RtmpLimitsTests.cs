using System.Globalization;
using System.Reflection;
using Streaming.Pipeline.Rtmp;

namespace Streaming.Pipeline.Tests.Rtmp;

/// <summary>What is said of limits before any connection has them.</summary>
public sealed class RtmpLimitsTests
{
    [Fact]
    public void Limits_AsTheyComeByDefault_HaveNoProblem() => Assert.Empty(new RtmpLimits().Problems());

    [Theory]
    [MemberData(nameof(All))]
    public void Limit_BelowZero_IsAProblemThatNamesIt(string name) => Assert.Contains(
        With(name, -1).Problems(), problem => problem.StartsWith(name + " is -", StringComparison.Ordinal));

    [Fact]
    public void Limits_WrongInSeveral_AreToldAllAtOnceWithTheirRange()
    {
        var problems = new RtmpLimits { MessageLengthMax = 0x1000000, AmfDepthMax = 1, IdleTimeout = TimeSpan.Zero }.Problems().ToList();

        Assert.Contains("MessageLengthMax is 16777216; it has to be from 1024 to 16777215.", problems);
        Assert.Contains("AmfDepthMax is 1; it has to be from 2 to 64.", problems);
        Assert.Contains("IdleTimeout is 00:00:00; it has to be from 00:00:02 to 01:00:00.", problems);
    }

    [Fact]
    public void Commands_LongerThanMessages_AreAProblem() =>
        AssertOnly("CommandLengthMax", new RtmpLimits { MessageLengthMax = 32 << 10, CommandLengthMax = 64 << 10 });

    [Fact]
    public void PartialMessages_WithoutRoomForOne_AreAProblem() =>
        AssertOnly("PartialLengthMax", new RtmpLimits { MessageLengthMax = 8 << 20, PartialLengthMax = (8 << 20) - 1 });

    [Fact]
    public void Ping_NoSoonerThanTheIdleTimeout_IsAProblem() =>
        AssertOnly("PingAfter", new RtmpLimits { IdleTimeout = TimeSpan.FromSeconds(5), PingAfter = TimeSpan.FromSeconds(5) });

    public static IEnumerable<TheoryDataRow<string>> All() =>
        from property in typeof(RtmpLimits).GetProperties() where property.CanWrite select new TheoryDataRow<string>(property.Name);

    private static void AssertOnly(string name, RtmpLimits limits) =>
        Assert.StartsWith(name, Assert.Single(limits.Problems()), StringComparison.Ordinal);

    private static RtmpLimits With(string name, int value)
    {
        var limits = new RtmpLimits();
        var property = typeof(RtmpLimits).GetProperty(name, BindingFlags.Public | BindingFlags.Instance)!;
        property.SetValue(
            limits,
            property.PropertyType == typeof(TimeSpan)
                ? TimeSpan.FromSeconds(value)
                : Convert.ChangeType(value, property.PropertyType, CultureInfo.InvariantCulture));
        return limits;
    }
}
