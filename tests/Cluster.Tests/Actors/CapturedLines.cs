using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Streaming.Cluster.Tests.Actors;

/// <summary>A log that keeps its lines, with their levels.</summary>
internal sealed class CapturedLines : ILogger
{
    public ConcurrentQueue<string> Lines { get; } = new();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Lines.Enqueue($"{logLevel}: {formatter(state, exception)}");
}
