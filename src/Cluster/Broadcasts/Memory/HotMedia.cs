using System.Collections.Immutable;
using Streaming.Pipeline.Media;

namespace Streaming.Cluster.Broadcasts.Memory;

/// <summary>
/// A file of a broadcast at its live edge: pieces in memory that make it up one after another. They stay what they are as long as somebody
/// holds them: the file itself until it is let go of, and who reads it. Safe from any thread.
/// </summary>
/// <param name="buffers">Its bytes in order, of each of which the file takes over a hold.</param>
public sealed class HotMedia(ImmutableArray<MediaBuffer> buffers)
{
    private readonly ImmutableArray<ReadOnlyMemory<byte>> _pieces = [.. buffers.Select(static buffer => buffer.Memory)];
    private volatile bool _isStored;
    private int _isLetGo;

    /// <summary>The number of its bytes.</summary>
    public long Length { get; } = buffers.Sum(static buffer => (long)buffer.Length);

    /// <summary>Storage has them too.</summary>
    public bool IsStored => _isStored;

    /// <summary>Memory has them no more, unless somebody still reads them.</summary>
    public bool IsLetGo => Volatile.Read(ref _isLetGo) != 0;

    /// <summary>A file of bytes that are nobody else's.</summary>
    public static HotMedia Of(ReadOnlyMemory<byte> data) => new([MediaBuffer.Of(data)]);

    /// <summary>Takes a hold of its bytes; false when it was let go of meanwhile.</summary>
    public bool TryHold(out MediaHold hold)
    {
        for (var held = 0; held < buffers.Length; held++)
        {
            if (!buffers[held].TryHold())
            {
                Release(held);
                hold = default;
                return false;
            }
        }

        hold = new(this, _pieces);
        return true;
    }

    /// <summary>A hold of the one buffer that it is made of, as headers and parts are; null when it was let go of meanwhile.</summary>
    internal MediaBuffer? TryHoldOnly() => buffers is [var only] && only.TryHold() ? only : null;

    /// <summary>It is these bytes, and memory has them.</summary>
    internal bool Is(MediaBuffer data)
    {
        if (Length != data.Length || TryHoldOnly() is not { } own)
        {
            return false;
        }

        var isSame = own.Memory.Span.SequenceEqual(data.Memory.Span);
        own.Release();
        return isSame;
    }

    internal void MarkStored() => _isStored = true;

    /// <summary>Gives up the file's own hold. Once more does nothing.</summary>
    internal void LetGo()
    {
        if (Interlocked.Exchange(ref _isLetGo, 1) == 0)
        {
            Release();
        }
    }

    internal void Release() => Release(buffers.Length);

    private void Release(int count)
    {
        for (var index = 0; index < count; index++)
        {
            buffers[index].Release();
        }
    }
}
