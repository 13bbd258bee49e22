namespace Streaming.Gateway.Connections;

/// <summary>Viewers who were cut off because they took nothing of what they had asked for.</summary>
internal sealed partial class Stalls(ILogger<Stalls> logger)
{
    private long _count;

    public long Count => Interlocked.Read(ref _count);

    public void Add()
    {
        Interlocked.Increment(ref _count);
        LogCutOff();
    }

    [LoggerMessage(112, LogLevel.Information, "A viewer was cut off: he took nothing for longer than Streaming:Connections:StallTimeout")]
    private partial void LogCutOff();
}
