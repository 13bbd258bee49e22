namespace Streaming.Pipeline.Storage;

/// <summary>
/// Where media files are kept. Names are paths of letters, digits, <c>-</c>, <c>_</c>, <c>.</c> and <c>/</c>; an object is
/// immutable, and there whole or not at all. Adapters: disk, memory.
/// </summary>
public interface IMediaStorage
{
    /// <summary>Bytes stored now.</summary>
    long UsedBytes { get; }

    /// <summary>
    /// Objects are files: what <see cref="OpenAsync"/> opens is a <see cref="FileStream"/>, which the kernel can send.
    /// </summary>
    bool HasFiles { get; }

    /// <summary>Stores an object made of <paramref name="content"/> one after another.</summary>
    /// <exception cref="StorageFullException">The size limit would be passed; nothing was stored.</exception>
    /// <exception cref="IOException">The medium failed; nothing was stored.</exception>
    Task WriteAsync(string name, IReadOnlyList<ReadOnlyMemory<byte>> content, CancellationToken cancellationToken);

    /// <summary>Opens an object for reading: a seekable stream that the caller disposes; null when there is none.</summary>
    Task<Stream?> OpenAsync(string name, CancellationToken cancellationToken);

    /// <summary>Deletes an object; one that is not there is fine.</summary>
    Task DeleteAsync(string name, CancellationToken cancellationToken);

    /// <summary>Names of the folders in <paramref name="folder"/>, without what leads there; in no order.</summary>
    Task<IReadOnlyList<string>> ListFoldersAsync(string folder, CancellationToken cancellationToken);

    /// <summary>Deletes everything below <paramref name="folder"/>.</summary>
    Task DeleteFolderAsync(string folder, CancellationToken cancellationToken);
}
