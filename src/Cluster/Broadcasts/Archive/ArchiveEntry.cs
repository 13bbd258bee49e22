using Streaming.Cluster.Broadcasts.Memory;

namespace Streaming.Cluster.Broadcasts.Archive;

/// <summary>A file of a broadcast that is to be stored, or deleted.</summary>
/// <param name="Name">In storage.</param>
/// <param name="Content">Its bytes, held until it has been stored.</param>
/// <param name="Stored">Is called when it has been stored; null for a file to delete.</param>
internal sealed record ArchiveEntry(string Name, MediaHold Content, Func<Task>? Stored)
{
    public bool IsDeletion => Stored is null;
}
