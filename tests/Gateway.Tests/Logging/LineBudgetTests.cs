using Microsoft.Extensions.Time.Testing;
using Streaming.Gateway.Logging;

namespace Streaming.Gateway.Tests.Logging;

public sealed class LineBudgetTests
{
    private static readonly LineKind Refused = new("Rtmp", 1), Began = new("Live", 2);

    private readonly FakeTimeProvider _time = new();
    private readonly LineBudget _budget;

    public LineBudgetTests() => _budget = new LineBudget(_time);

    [Fact]
    public void Lines_WithinTheirBudget_AreAllWritten()
    {
        Assert.Equal(LineBudget.LinesPerMinute, Spend(Refused, LineBudget.LinesPerMinute));
        Assert.Empty(_budget.TakeLeftOut());
    }

    [Fact]
    public void Lines_BeyondTheirBudget_AreCountedWithTheFirstOfThemAsExample()
    {
        Spend(Refused, LineBudget.LinesPerMinute);
        var since = _time.GetUtcNow();
        Assert.False(_budget.TrySpend(Refused, 1, () => "first"));
        _time.Advance(TimeSpan.FromMilliseconds(10));
        Assert.False(_budget.TrySpend(Refused, 1, () => throw new InvalidOperationException("its words are not asked for")));

        Assert.Equal([new LinesLeftOut(Refused, "first", 2, since)], _budget.TakeLeftOut());
        Assert.Empty(_budget.TakeLeftOut());
    }

    [Fact]
    public void Flood_OfOneKind_LeavesAllOthersAsTheyAre()
    {
        Spend(Refused, 100_000);

        Assert.Equal(50, Spend(Began, 50));
    }

    [Fact]
    public void Budget_AfterAMinute_IsBackAndNotMore()
    {
        Spend(Refused, 1_000);
        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(LineBudget.LinesPerMinute / 2, Spend(Refused, 1_000));
        _time.Advance(TimeSpan.FromHours(5));
        Assert.Equal(LineBudget.LinesPerMinute, Spend(Refused, 1_000));
    }

    [Fact]
    public void Lines_WithExceptions_CostAsMuchMore() => Assert.Equal(
        LineBudget.LinesPerMinute / LineBudget.ExceptionCost,
        Enumerable.Range(0, 1_000).Count(_ => _budget.TrySpend(Refused, LineBudget.ExceptionCost, () => "")));

    private int Spend(LineKind kind, int lines) => Enumerable.Range(0, lines).Count(_ => _budget.TrySpend(kind, 1, () => "a line"));
}
