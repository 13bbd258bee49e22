using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Streaming.Pipeline.Text;

namespace Streaming.Gateway.Logging;

/// <summary>
/// Writes the log, a line an event. The one place that all of it passes, the frameworks' included: lines are cut, show
/// nothing that steers a terminal, and keep to their budget. What is written below Information was asked for by the
/// operator and has none, nor has what ends the node.
/// </summary>
internal sealed class LineFormatter(LineBudget budget, TimeProvider time) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "line";

    /// <summary>Characters of a message.</summary>
    public const int MessageLengthMax = 1_000;

    /// <summary>Characters of an exception with its stack.</summary>
    public const int ExceptionLengthMax = 4_000;

    private const int ExampleLengthMax = 200;

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var entry = logEntry;
        if (entry.LogLevel is LogLevel.Information or LogLevel.Warning or LogLevel.Error
            && !budget.TrySpend(
                new LineKind(entry.Category, entry.EventId.Id),
                entry.Exception is null ? 1 : LineBudget.ExceptionCost,
                () => ForeignText.Shown(Message(entry), ExampleLengthMax)))
        {
            return;
        }

        textWriter.Write(time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z' ", CultureInfo.InvariantCulture));
        textWriter.Write(NameOf(entry.LogLevel));
        textWriter.Write(entry.Category);
        textWriter.Write('[');
        textWriter.Write(entry.EventId.Id);
        textWriter.Write("] ");
        textWriter.Write(ForeignText.Shown(Message(entry), MessageLengthMax));
        if (entry.Exception is { } exception)
        {
            textWriter.Write(' ');
            textWriter.Write(ForeignText.Shown(exception.ToString(), ExceptionLengthMax));
        }

        textWriter.WriteLine();
    }

    private static string Message<TState>(in LogEntry<TState> entry) =>
        entry.Formatter?.Invoke(entry.State, entry.Exception) ?? entry.State?.ToString() ?? "";

    private static string NameOf(LogLevel level) => level switch
    {
        LogLevel.Trace => "trce: ",
        LogLevel.Debug => "dbug: ",
        LogLevel.Information => "info: ",
        LogLevel.Warning => "warn: ",
        LogLevel.Error => "fail: ",
        _ => "crit: ",
    };
}
