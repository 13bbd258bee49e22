using Microsoft.Extensions.Time.Testing;
using Streaming.Gateway.Logging;
using Streaming.Gateway.Tests.Nodes;
using Streaming.Pipeline.Tests.Rtmp;

namespace Streaming.Gateway.Tests.Logging;

/// <summary>A flood is told when it is over, and at the latest when the node stops.</summary>
public sealed class LeftOutLinesTests
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
    private readonly CapturedLog _log = new();

    [Fact]
    public async Task Flood_OfOneKind_IsToldInOneLineWithItsCount()
    {
        var budget = Flooded(500);
        using var told = new LeftOutLines(budget, _time, new LoggerOf<LeftOutLines>(_log));
        await told.StartAsync(TestContext.Current.CancellationToken);

        await Eventually.HoldsAsync("the lines left out are told", () =>
        {
            _time.Advance(LeftOutLines.Interval);
            return Task.FromResult(_log.Told.Any());
        });

        await told.StopAsync(TestContext.Current.CancellationToken);
        Assert.Equal("500 lines Rtmp[1] were left out since 03:04:05Z, like: refused", Assert.Single(_log.Told).Trim());
    }

    [Fact]
    public async Task Stop_WithLinesUntold_TellsThem()
    {
        using var told = new LeftOutLines(Flooded(3), _time, new LoggerOf<LeftOutLines>(_log));
        await told.StartAsync(TestContext.Current.CancellationToken);
        await told.StopAsync(TestContext.Current.CancellationToken);

        Assert.StartsWith("3 lines Rtmp[1] were left out", Assert.Single(_log.Told), StringComparison.Ordinal);
    }

    private LineBudget Flooded(int leftOut)
    {
        var budget = new LineBudget(_time);
        for (var i = 0; i < LineBudget.LinesPerMinute + leftOut; i++)
        {
            budget.TrySpend(new LineKind("Rtmp", 1), 1, () => "refused");
        }

        return budget;
    }

    private sealed class LoggerOf<T>(CapturedLog log) : Microsoft.Extensions.Logging.ILogger<T>
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(Microsoft.Extensions.Logging.LogLevel logLevel) => true;

        public void Log<TState>(
            Microsoft.Extensions.Logging.LogLevel logLevel,
            Microsoft.Extensions.Logging.EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter) => log.Log(logLevel, eventId, state, exception, formatter);
    }
}
