using System.Collections.Immutable;

namespace Streaming.Cluster.Broadcasts.Memory;

/// <summary>
/// A hold of the bytes of a <see cref="HotMedia"/>, to be let go of once. Who cannot tell whether the bytes are still being sent, since the sending
/// failed, does not let go: the collector does.
/// </summary>
public readonly record struct MediaHold
{
    private readonly HotMedia? _file;

    internal MediaHold(HotMedia file, ImmutableArray<ReadOnlyMemory<byte>> pieces) => (_file, Pieces) = (file, pieces);

    /// <summary>The bytes in order, valid until <see cref="Release"/>.</summary>
    public ImmutableArray<ReadOnlyMemory<byte>> Pieces { get; }

    /// <summary>Their number.</summary>
    public long Length => _file?.Length ?? 0;

    /// <summary>Lets go.</summary>
    public void Release() => _file?.Release();
}
