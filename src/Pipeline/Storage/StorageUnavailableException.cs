namespace Streaming.Pipeline.Storage;

/// <summary>The storage is not the one that it should be, or none is there: nothing was read from it, written or deleted.</summary>
public sealed class StorageUnavailableException(string reason) : IOException(reason);
