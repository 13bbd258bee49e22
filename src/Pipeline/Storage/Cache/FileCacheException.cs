namespace Streaming.Pipeline.Storage.Cache;

/// <summary>The disk of a cache failed: what it was to have can be read where it is from.</summary>
internal sealed class FileCacheException(Exception cause) : Exception(cause.Message, cause);
