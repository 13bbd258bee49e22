namespace Streaming.Pipeline.Storage;

/// <summary>The storage's size limit does not allow another object.</summary>
public sealed class StorageFullException(long limitBytes)
    : IOException($"The storage has reached its limit of {limitBytes:N0} bytes.")
{
    /// <summary>The limit in bytes.</summary>
    public long LimitBytes { get; } = limitBytes;
}
