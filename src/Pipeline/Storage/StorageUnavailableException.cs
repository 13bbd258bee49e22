namespace Streaming.Pipeline.Storage;

/// <summary>The storage is not the one that it should be, none is there, or it lets nobody in.</summary>
public sealed class StorageUnavailableException : IOException
{
    public StorageUnavailableException(string reason)
        : base(reason)
    {
    }

    public StorageUnavailableException(string reason, Exception cause)
        : base(reason, cause)
    {
    }

    /// <summary>
    /// It is of a kind that passes by itself: a network, a service that has too much to do. Nobody has to mend a setting.
    /// </summary>
    public bool IsPassing { get; init; }
}
