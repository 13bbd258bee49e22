using Streaming.Cluster.Workers;

namespace Streaming.Cluster.Tests.Workers;

public sealed class PlacementTests
{
    private static readonly Func<Worker, bool> NobodyFailed = static _ => false;

    private readonly Random _random = new(1);

    [Fact]
    public void Choose_OthersHaveRoom_IsNeverTheOwnNode() => Assert.All(
        Enumerable.Range(0, 100),
        _ => Assert.NotEqual("self", Choose([Of("a", taken: 9, load: 1), Of("b", taken: 9, load: 0.99)], Of("self"))));

    [Theory]
    [InlineData(10, false)]
    [InlineData(0, true)]
    public void Choose_OthersHaveNone_IsTheOwnNode(int taken, bool isDraining) =>
        Assert.Equal("self", Choose([Of("a", taken) with { IsDraining = isDraining }], Of("self")));

    [Fact]
    public void Choose_NobodyHasRoom_IsNobody() => Assert.Null(Choose([Of("a", taken: 10)], Of("self", taken: 10)));

    [Fact]
    public void Choose_OfTwo_IsTheOneWithMoreRoom()
    {
        Assert.All(Enumerable.Range(0, 20), _ => Assert.Equal("b", Choose([Of("a", load: 0.9), Of("b", load: 0.2)], null)));
        Assert.All(Enumerable.Range(0, 20), _ => Assert.Equal("b", Choose([Of("a", taken: 5), Of("b", taken: 4)], null)));
        Assert.All(
            Enumerable.Range(0, 20),
            _ => Assert.Equal("b", Choose([Of("a") with { Lag = Placement.LagMax * 2 }, Of("b", taken: 9, load: 0.9)], null)));
    }

    [Fact]
    public void Choose_OneFailedLately_IsAnother_AndTheFailedOneRatherThanNobody()
    {
        Assert.Equal("b", Choose([Of("a"), Of("b", taken: 9, load: 1)], null, static worker => worker.Node == "a"));
        Assert.Equal("self", Choose([Of("a")], Of("self"), static worker => worker.Node == "a"));
        Assert.Equal("a", Choose([Of("a")], null, static worker => worker.Node == "a"));
    }

    [Fact]
    public void Choose_ManyAtOnceByTheSameWord_AreSpread()
    {
        Worker[] workers = [.. Enumerable.Range(0, 20).Select(static number => Of($"{number}", slots: 1000))];
        var chosen = Enumerable.Range(0, 2_000).GroupBy(_ => Choose(workers, null)).Select(static group => group.Count()).ToList();

        Assert.Equal(20, chosen.Count);
        Assert.InRange(chosen.Max(), 100, 150); // All by chance: no more than half above the mean of 100.
    }

    private string? Choose(IReadOnlyList<Worker> others, Worker? self, Func<Worker, bool>? hasFailed = null) =>
        Placement.Choose(others, self, hasFailed ?? NobodyFailed, _random)?.Node;

    private static Worker Of(string node, int taken = 0, double load = 0, int slots = 10) =>
        new(node, node, new("10.0.0.1", 4054), slots, taken, 8, load, TimeSpan.Zero, false, []);
}
