using System.Diagnostics;
using Microsoft.Extensions.Time.Testing;

namespace Streaming.Cluster.Tests.Broadcasts;

/// <summary>
/// A clock that stands still, and throws when it is asked from within a method of that name, or any of a namespace: a fault put where it is
/// wanted. Small methods may have become part of others, and are not seen.
/// </summary>
internal sealed class FailingTime() : FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero))
{
    /// <summary>Type and method, such as <c>Ladder.Start</c>, or a namespace.</summary>
    public string? FailsIn { get; set; }

    public Exception Failure { get; set; } = new InvalidOperationException("A fault of ours.");

    /// <summary>It has thrown.</summary>
    public bool HasFailed { get; private set; }

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
        if (FailsIn is { } place && new StackTrace().GetFrames().Any(frame => IsAt(frame, place)))
        {
            HasFailed = true;
            throw Failure;
        }
    }

    private static bool IsAt(StackFrame frame, string place) =>
        NameOf(frame) == place || frame.GetMethod()?.DeclaringType?.Namespace == place;

    private static string NameOf(StackFrame frame) => $"{frame.GetMethod()?.DeclaringType?.Name}.{frame.GetMethod()?.Name}";
}
