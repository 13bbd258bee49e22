namespace Streaming.Cluster.Broadcasts.Window;

/// <summary>Wakes everybody who waits for a rendition's timeline to change: one completion for all of them.</summary>
public sealed class TimelineSignal
{
    private TaskCompletionSource _next = New();

    /// <summary>Completes at the next change. Take it before looking at the timeline, so that no change is missed.</summary>
    public Task Next => Volatile.Read(ref _next).Task;

    internal void Pulse() => Interlocked.Exchange(ref _next, New()).SetResult();

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
