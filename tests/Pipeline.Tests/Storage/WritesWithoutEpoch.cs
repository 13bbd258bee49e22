using Streaming.Pipeline.Storage;

namespace Streaming;

/// <summary>Writes of tests to whom epochs are nothing.</summary>
internal static class WritesWithoutEpoch
{
    public static Task WriteAsync(
        this IMediaStorage storage, string name, IReadOnlyList<ReadOnlyMemory<byte>> content, CancellationToken cancellationToken) =>
        storage.WriteAsync(name, content, epoch: 0, cancellationToken);
}
