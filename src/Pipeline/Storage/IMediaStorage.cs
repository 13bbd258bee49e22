namespace Streaming.Pipeline.Storage;

/// <summary>
/// Where media files are kept. Names are paths of letters, digits, <c>-</c>, <c>_</c>, <c>.</c> and <c>/</c>; an object is
/// immutable, and there whole or not at all. Adapters: disk, memory.
/// </summary>
/// <remarks>
/// That something is not there is told only by the storage that it would be in: what deletes and lists throws
/// <see cref="StorageUnavailableException"/> while that one is not to be had.
/// </remarks>
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

    /// <summary>Deletes an object; one that the storage does not have is fine.</summary>
    Task DeleteAsync(string name, CancellationToken cancellationToken);

    /// <summary>
    /// Names of the folders in <paramref name="folder"/>, without what leads there; in no order. What cannot be named is left out.
    /// </summary>
    Task<IReadOnlyList<string>> ListFoldersAsync(string folder, CancellationToken cancellationToken);

    /// <summary>Bytes of everything below <paramref name="folder"/>.</summary>
    Task<long> MeasureFolderAsync(string folder, CancellationToken cancellationToken);

    /// <summary>Deletes everything below <paramref name="folder"/>.</summary>
    Task DeleteFolderAsync(string folder, CancellationToken cancellationToken);

    /// <summary>Tries whether it is there and takes objects, at the cost of a small one.</summary>
    /// <exception cref="IOException">It does not; the message says why.</exception>
    Task CheckAsync(CancellationToken cancellationToken);
}
