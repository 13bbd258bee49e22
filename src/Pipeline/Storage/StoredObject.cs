namespace Streaming.Pipeline.Storage;

/// <summary>An object in a storage.</summary>
/// <param name="Name">Its whole name.</param>
/// <param name="Length">Its bytes.</param>
public readonly record struct StoredObject(string Name, long Length);
