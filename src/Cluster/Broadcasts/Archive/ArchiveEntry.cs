using System.Collections.Immutable;

namespace Streaming.Cluster.Broadcasts.Archive;

/// <summary>A file of a broadcast that is to be stored, or deleted.</summary>
/// <param name="Name">In storage.</param>
/// <param name="Content">Its bytes in order.</param>
/// <param name="Stored">Is called when it has been stored; null for a file to delete.</param>
internal sealed record ArchiveEntry(string Name, ImmutableArray<ReadOnlyMemory<byte>> Content, Action? Stored)
{
    public bool IsDeletion => Stored is null;
}
