namespace Streaming.Cluster.Broadcasts.Source;

/// <summary>Why a publisher of a channel was refused or cut off, for its broadcaster.</summary>
/// <param name="Reason">A sentence that says what to change.</param>
/// <param name="At">When, the last time.</param>
public sealed record Refusal(string Reason, DateTimeOffset At);
