namespace Streaming.CheckedViewers;

/// <summary>How watching went.</summary>
internal sealed record WatchReport
{
    /// <summary>Where the video's clock is.</summary>
    public double Seconds { get; init; }

    /// <summary>Times that playback stopped for want of media.</summary>
    public int Stalls { get; init; }

    /// <summary>Those of them that are over: when they began, and how long they took.</summary>
    public string[] PastStalls { get; init; } = [];

    /// <summary>hls.js' error events, those that it got over included.</summary>
    public string[] Errors { get; init; } = [];

    /// <summary>Errors on the browser's console, and exceptions that nobody caught.</summary>
    public string[] Complaints { get; init; } = [];
}
