using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Streaming.Pipeline.Tests.Rtmp;

/// <summary>A log of every level that a test reads.</summary>
internal sealed class CapturedLog : ILogger
{
    private readonly ConcurrentQueue<(LogLevel Level, string Text)> _lines = new();

    /// <summary>All lines, and those of Information and above.</summary>
    public IEnumerable<string> All => _lines.Select(line => line.Text);

    public IEnumerable<string> Told => _lines.Where(line => line.Level >= LogLevel.Information).Select(line => line.Text);

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _lines.Enqueue((logLevel, $"{formatter(state, exception)} {exception}"));
}
