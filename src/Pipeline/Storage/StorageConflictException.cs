namespace Streaming.Pipeline.Storage;

/// <summary>The name is taken by an object of other bytes and of no lower epoch, which was left as it is.</summary>
public sealed class StorageConflictException(string reason) : IOException(reason)
{
    /// <summary>What is there is of a higher epoch: nobody wants what was to be stored any more.</summary>
    public bool IsOvertaken { get; init; }
}
