namespace Streaming.Gateway.Connections;

/// <summary>Viewers who were cut off because they took nothing of what they had asked for.</summary>
internal sealed partial class Stalls(StreamingOptions options, TimeProvider time, ILogger<Stalls> logger)
{
    private readonly PacedCount _count = new(time);

    /// <summary>How long they may take nothing.</summary>
    public TimeSpan Timeout { get; } = options.Connections.StallTimeout;

    public long Count => _count.Total;

    public void Add()
    {
        if (_count.Add(out var untold))
        {
            LogCutOff(untold, Timeout.TotalSeconds);
        }
    }

    [LoggerMessage(112, LogLevel.Information, "Viewers cut off because they took nothing for {Seconds} s: {Count}")]
    private partial void LogCutOff(long count, double seconds);
}
