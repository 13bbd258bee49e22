using System.Buffers;

namespace Streaming.Pipeline.Media;

/// <summary>
/// Bytes of media in an array of the shared pool, which goes back there when the last who holds them lets go: who made them has the first
/// hold, and whoever reads them while another holds them takes one of its own. Safe from any thread.
/// </summary>
/// <remarks>
/// Who forgets to let go costs no more than an array that the collector takes. So what has failed, and may leave the bytes in
/// somebody's hands yet, does not let go.
/// </remarks>
public sealed class MediaBuffer
{
    private readonly byte[]? _rented;
    private int _holds = 1;

    private MediaBuffer(byte[]? rented, ReadOnlyMemory<byte> memory) => (_rented, Memory) = (rented, memory);

    /// <summary>The bytes, for who has a hold.</summary>
    public ReadOnlyMemory<byte> Memory { get; }

    /// <summary>Their number.</summary>
    public int Length => Memory.Length;

    /// <summary>A copy of two runs of bytes, one after the other, held by the caller.</summary>
    public static MediaBuffer Copy(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        var length = checked(first.Length + second.Length);
        var array = ArrayPool<byte>.Shared.Rent(length);
        first.CopyTo(array);
        second.CopyTo(array.AsSpan(first.Length));
        return new(array, array.AsMemory(0, length));
    }

    /// <summary>Bytes that are not the pool's, held by the caller.</summary>
    public static MediaBuffer Of(ReadOnlyMemory<byte> bytes) => new(null, bytes);

    /// <summary>Takes a hold; false when the last has been let go of, and the bytes may be others by now.</summary>
    public bool TryHold()
    {
        var holds = Volatile.Read(ref _holds);
        while (holds > 0)
        {
            var seen = Interlocked.CompareExchange(ref _holds, holds + 1, holds);
            if (seen == holds)
            {
                return true;
            }

            holds = seen;
        }

        return false;
    }

    /// <summary>Lets go of a hold.</summary>
    /// <exception cref="InvalidOperationException">There was none.</exception>
    public void Release()
    {
        var left = Interlocked.Decrement(ref _holds);
        if (left == 0 && _rented is not null)
        {
            ArrayPool<byte>.Shared.Return(_rented);
        }
        else if (left < 0)
        {
            throw new InvalidOperationException("More holds were let go of than were taken.");
        }
    }
}
