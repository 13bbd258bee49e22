namespace Streaming.Pipeline.Storage;

/// <summary>The name is taken by an object of other bytes, which was left as it is.</summary>
public sealed class StorageConflictException(string reason) : IOException(reason);
