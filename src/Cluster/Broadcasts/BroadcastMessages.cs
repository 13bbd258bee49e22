using Streaming.Cluster.Broadcasts.Source;

namespace Streaming.Cluster.Broadcasts;

/// <summary>A publisher wants to begin: its <see cref="LivePublication.Refusal"/> tells whether it did.</summary>
/// <param name="Publication">Its publication.</param>
/// <param name="Epoch">Of the claim that was made for it.</param>
/// <param name="Earlier">What another node has begun, and this one is to go on with; null for nothing.</param>
internal sealed record BeginPublication(LivePublication Publication, long Epoch, ILiveBroadcast? Earlier = null);

/// <summary>No publisher is on its way to the channel any more.</summary>
internal sealed record NobodyArrives
{
    public static readonly NobodyArrives Instance = new();
}

/// <summary>The publisher that is there has to leave, unless it came with this key.</summary>
/// <param name="KeyHash">The hash of the channel's new key.</param>
internal sealed record RevokePublisher(string KeyHash);

/// <summary>The channel was claimed under that epoch, maybe by another node.</summary>
internal sealed record ClaimOvertaken(long Epoch);

/// <summary>A second has passed.</summary>
internal sealed record SecondPassed
{
    public static readonly SecondPassed Instance = new();
}

/// <summary>Nothing of a broadcast is with the transcoder any more.</summary>
internal sealed record RunsEnded(Broadcast Broadcast);

/// <summary>A broadcast's graph has ended.</summary>
/// <param name="Broadcast">The broadcast.</param>
/// <param name="Exception">What it failed of, null when it came to its end.</param>
internal sealed record GraphEnded(Broadcast Broadcast, Exception? Exception);

/// <summary>The broadcast is to go on at another node, and the supervisor ends after it has stored all.</summary>
internal sealed record HandOverChannel
{
    public static readonly HandOverChannel Instance = new();
}

/// <summary>The broadcast is to end, and the supervisor after it has let go of all.</summary>
internal sealed record StopChannel
{
    public static readonly StopChannel Instance = new();
}
