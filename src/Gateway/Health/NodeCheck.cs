using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Streaming.Gateway.Health;

/// <summary>
/// One thing that a node cannot do without. It is tried out at most once every few seconds, however often it is asked for, and one
/// that gives no answer is not waited for long.
/// </summary>
/// <param name="name">What it is, in the log.</param>
/// <param name="tryOut">
/// Throws, with a message for people, where it does not work; returns one where it works and something is wrong all the same, else null.
/// May block.
/// </param>
/// <param name="time">Tells how old an answer is.</param>
/// <param name="logger">Told when it stops working, and when it works again.</param>
internal sealed partial class NodeCheck(string name, Func<Task<string?>> tryOut, TimeProvider time, ILogger<NodeCheck> logger)
    : IHealthCheck
{
    /// <summary>How long an answer holds.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <summary>How long one is waited for.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private readonly Lock _asking = new();
    private Task<string?>? _answer;
    private long _askedAt;
    private int _fails;

    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            var trouble = await Answer().WaitAsync(Patience, time, cancellationToken);
            if (Interlocked.Exchange(ref _fails, 0) != 0)
            {
                LogWorks(name);
            }

            return trouble is null ? HealthCheckResult.Healthy() : HealthCheckResult.Degraded(trouble);
        }
        catch (TimeoutException)
        {
            return Fails($"It gives no answer for {Patience.TotalSeconds:0} s.");
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return Fails(e.Message);
        }
    }

    /// <summary>The newest answer, or the one that is under way.</summary>
    private Task<string?> Answer()
    {
        lock (_asking)
        {
            if (_answer is null || (_answer.IsCompleted && time.GetElapsedTime(_askedAt) >= Interval))
            {
                _askedAt = time.GetTimestamp();
                _answer = Task.Run(tryOut);
            }

            return _answer;
        }
    }

    private HealthCheckResult Fails(string reason)
    {
        if (Interlocked.Exchange(ref _fails, 1) == 0)
        {
            LogFails(name, reason);
        }

        return HealthCheckResult.Unhealthy(reason);
    }

    [LoggerMessage(320, LogLevel.Error, "The node is not ready: {Name}: {Reason}")]
    private partial void LogFails(string name, string reason);

    [LoggerMessage(321, LogLevel.Information, "{Name} works again")]
    private partial void LogWorks(string name);
}
