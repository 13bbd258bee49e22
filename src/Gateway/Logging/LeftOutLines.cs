namespace Streaming.Gateway.Logging;

/// <summary>Tells the log what it lacks: how many lines were beyond their <see cref="LineBudget"/>.</summary>
internal sealed partial class LeftOutLines(LineBudget budget, TimeProvider time, ILogger<LeftOutLines> logger) : BackgroundService
{
    /// <summary>How often it tells, as long as there is anything to tell.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        Tell();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                Tell();
            }
        }
        catch (OperationCanceledException)
        {
            // The node stops.
        }
    }

    private void Tell()
    {
        foreach (var (kind, example, count, since) in budget.TakeLeftOut())
        {
            LogLeftOut(count, kind.Category, kind.EventId, since.ToString("HH:mm:ss'Z'"), example);
        }
    }

    [LoggerMessage(2, LogLevel.Warning, "{Count} lines {Category}[{EventId}] were left out since {Since}, like: {Example}")]
    private partial void LogLeftOut(long count, string category, int eventId, string since, string example);
}
