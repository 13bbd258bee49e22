using Microsoft.Extensions.Logging;

namespace Streaming.Gateway.Tests.Access;

/// <summary>Counts the lines that it is told, and keeps the newest.</summary>
internal sealed class CountingLogger<T> : ILogger<T>
{
    public int Lines { get; private set; }

    public string Newest { get; private set; } = "";

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        Lines++;
        Newest = formatter(state, exception);
    }
}
