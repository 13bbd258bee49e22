using System.Collections.Concurrent;
using System.Diagnostics;
using Streaming.Cluster.Tracing;

namespace Streaming.Cluster.Tests.Tracing;

/// <summary>Listens to the activities of this process: those of all tests that run at the same time, so such tests run alone.</summary>
internal sealed class HeardActivities : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ConcurrentQueue<Activity> _ended = new();
    private readonly ActivityListener _listener;

    public HeardActivities()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == Traces.SourceName,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = _ended.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    /// <summary>Those that have ended, in that order.</summary>
    public IReadOnlyList<Activity> Ended => [.. _ended];

    /// <summary>The one of that name and kind that has ended, or will.</summary>
    public async Task<Activity> OneAsync(string name, ActivityKind kind)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            if (_ended.Where(activity => activity.OperationName == name && activity.Kind == kind).ToList() is [var first, ..] all)
            {
                return Assert.Single(all);
            }

            await Task.Delay(5, patience.Token);
        }
    }

    public void Dispose() => _listener.Dispose();
}

/// <summary>For tests that listen to all activities of the process.</summary>
[CollectionDefinition(nameof(HeardAlone), DisableParallelization = true)]
public sealed class HeardAlone;
