namespace Streaming.Gateway.Connections;

/// <summary>What the kernel has taken of all answers over HTTP, heads included.</summary>
internal sealed class Egress
{
    private long _bytes;

    public long Bytes => Interlocked.Read(ref _bytes);

    public void Add(long bytes) => Interlocked.Add(ref _bytes, bytes);
}
