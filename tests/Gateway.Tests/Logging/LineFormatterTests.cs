using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Streaming.Gateway.Logging;

namespace Streaming.Gateway.Tests.Logging;

/// <summary>What the log shows of what is written to it.</summary>
public sealed class LineFormatterTests
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
    private readonly LineBudget _budget;
    private readonly LineFormatter _formatter;

    public LineFormatterTests()
    {
        _budget = new LineBudget(_time);
        _formatter = new LineFormatter(_budget, _time);
    }

    [Fact]
    public void Line_Plain_HasTimeLevelCategoryEventAndMessage() =>
        Assert.Equal("2026-01-02T03:04:05.000Z warn: Some.Part[7] It rains." + Environment.NewLine, Written("It rains.", LogLevel.Warning));

    [Fact]
    public void Line_OfAStranger_IsCutAndSteersNoTerminal()
    {
        var line = Written("\u001b[2J\r\nforged line\u202e" + new string('x', 120_000));

        Assert.InRange(line.Length, 1, LineFormatter.MessageLengthMax + 100);
        Assert.Single(line.TrimEnd().Split('\n'));
        Assert.DoesNotContain('\u001b', line);
        Assert.DoesNotContain('\u202e', line);
        Assert.Contains("forged line", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Exception_WithWordsOfAStranger_IsCutToo()
    {
        var line = Written("It failed.", LogLevel.Error, new InvalidOperationException("\u001b]0;x\u0007" + new string('x', 50_000)));

        Assert.InRange(line.Length, 1, LineFormatter.MessageLengthMax + LineFormatter.ExceptionLengthMax + 100);
        Assert.DoesNotContain('\u001b', line);
        Assert.Contains("InvalidOperationException", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Flood_OfErrorsWithExceptions_IsBoundedAndCounted()
    {
        var exception = new InvalidOperationException(new string('x', 50_000));
        var bytes = Enumerable.Range(0, 10_000).Sum(_ => Written("It failed.", LogLevel.Error, exception).Length);

        Assert.InRange(bytes, 1, 60_000);
        var leftOut = Assert.Single(_budget.TakeLeftOut());
        Assert.Equal((new LineKind("Some.Part", 7), "It failed.", 9_988L), (leftOut.Kind, leftOut.Example, leftOut.Count));
    }

    [Theory]
    [InlineData(LogLevel.Debug)]
    [InlineData(LogLevel.Critical)]
    public void Lines_ThatAnOperatorAskedForOrMustSee_AreAllWritten(LogLevel level) =>
        Assert.All(Enumerable.Range(0, 10_000), _ => Assert.NotEmpty(Written("It is so.", level)));

    private string Written(string message, LogLevel level = LogLevel.Information, Exception? exception = null)
    {
        using var writer = new StringWriter();
        _formatter.Write(new LogEntry<string>(level, "Some.Part", new EventId(7), message, exception, (text, _) => text), null, writer);
        return writer.ToString();
    }
}
