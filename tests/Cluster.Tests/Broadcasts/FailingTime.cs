using System.Diagnostics;
using Microsoft.Extensions.Time.Testing;

namespace Streaming.Cluster.Tests.Broadcasts;

/// <summary>
/// A clock that stands still, and throws when it is asked from within a method of that name, or any of a type or namespace: a fault put
/// where it is wanted. Small methods may have become part of others, and are not seen.
/// </summary>
internal sealed class FailingTime() : FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero))
{
    /// <summary>Type and method, such as <c>BroadcastSource.Look</c>, a type, or a namespace.</summary>
    public string? FailsIn { get; set; }

    public Exception Failure { get; set; } = new InvalidOperationException("A fault of ours.");

    /// <summary>How often it throws at most.</summary>
    public int FailuresMax { get; set; } = int.MaxValue;

    /// <summary>How often it has thrown.</summary>
    public int Failures { get; private set; }

    public override DateTimeOffset GetUtcNow()
    {
        FailIfDue();
        return base.GetUtcNow();
    }

    public override long GetTimestamp()
    {
        FailIfDue();
        return base.GetTimestamp();
    }

    private void FailIfDue()
    {
        if (Failures < FailuresMax && FailsIn is { } place && new StackTrace().GetFrames().Any(frame => IsAt(frame, place)))
        {
            Failures++;
            throw Failure;
        }
    }

    private static bool IsAt(StackFrame frame, string place) =>
        NameOf(frame) == place || TypeOf(frame)?.Name == place || TypeOf(frame)?.Namespace == place;

    private static Type? TypeOf(StackFrame frame) => frame.GetMethod()?.DeclaringType;

    private static string NameOf(StackFrame frame) => $"{TypeOf(frame)?.Name}.{frame.GetMethod()?.Name}";
}
