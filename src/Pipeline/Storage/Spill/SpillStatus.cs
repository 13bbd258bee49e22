namespace Streaming.Pipeline.Storage.Spill;

/// <summary>What waits on disk for the bucket.</summary>
/// <param name="IsAway">The bucket took nothing when it was tried last: everything waits.</param>
/// <param name="Objects">How many objects wait.</param>
/// <param name="Bytes">Their bytes.</param>
/// <param name="Refused">Objects, not among these, that the bucket has under the same name with other bytes: they stay on disk.</param>
/// <param name="UsedBytes">Bytes on disk of all of them.</param>
/// <param name="MaxBytes">Bytes that may be there.</param>
/// <param name="Since">When the oldest that waits came; null when none does.</param>
/// <param name="LastError">What the bucket failed of the last time that it did, in a sentence; null when it has not.</param>
/// <param name="LastErrorAt">When.</param>
public sealed record SpillStatus(
    bool IsAway,
    int Objects,
    long Bytes,
    int Refused,
    long UsedBytes,
    long MaxBytes,
    DateTimeOffset? Since,
    string? LastError,
    DateTimeOffset? LastErrorAt);
