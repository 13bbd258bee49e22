namespace Streaming.Pipeline.Storage;

/// <summary>
/// Where media files are kept. Names are paths of letters, digits, <c>-</c>, <c>_</c>, <c>.</c> and <c>/</c>; an object is there whole or not
/// at all, and does not change: of two nodes that give one name to different bytes, the one with the higher epoch has it. Adapters: disk,
/// memory, a bucket of Google Cloud Storage. Manifests are objects too, once they are final.
/// </summary>
/// <remarks>
/// <para>What can go wrong with a storage is an <see cref="IOException"/>, whose message is a sentence for whoever runs the node:
/// <see cref="StorageFullException"/>, <see cref="StorageUnavailableException"/>, <see cref="StorageConflictException"/>, or one of another
/// reason. A name that is none is an <see cref="ArgumentException"/>, and what was cancelled an <see cref="OperationCanceledException"/>;
/// there are no others.</para>
/// <para>That something is not there is told only by the storage that it would be in: what deletes and lists throws
/// <see cref="StorageUnavailableException"/> while that one is not to be had.</para>
/// </remarks>
public interface IMediaStorage
{
    /// <summary>Bytes stored now; null where nobody counts them, and nothing limits them: a bucket.</summary>
    long? UsedBytes { get; }

    /// <summary>
    /// Objects are files: what <see cref="OpenAsync"/> opens is a <see cref="FileStream"/>, which the kernel can send.
    /// </summary>
    bool HasFiles { get; }

    /// <summary>
    /// How many objects one broadcast had best write at once: one where the medium is the limit; more where each takes its time on the
    /// way, whatever else is under way.
    /// </summary>
    int WritesAtOnce { get; }

    /// <summary>
    /// Stores an object made of <paramref name="content"/> one after another. The same bytes may be stored again under their name. Disk and
    /// memory belong to one node: other bytes replace what has their name, and epochs are not asked. A bucket belongs to many: other bytes
    /// replace what was written under a lower epoch, and are refused where it was the same or a higher one.
    /// </summary>
    /// <param name="name">Its name.</param>
    /// <param name="content">Its bytes.</param>
    /// <param name="epoch">Of the claim that its broadcast goes on under; 0, the lowest, where there is none.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="StorageFullException">The size limit would be passed; nothing was stored.</exception>
    /// <exception cref="StorageConflictException">The name is taken by other bytes of no lower epoch, which stay.</exception>
    /// <exception cref="IOException">
    /// The medium failed. Nothing was stored; or, where the medium is behind a network that fell silent, all of it may have been.
    /// </exception>
    Task WriteAsync(string name, IReadOnlyList<ReadOnlyMemory<byte>> content, long epoch, CancellationToken cancellationToken);

    /// <summary>
    /// Opens an object for reading: a seekable stream, to be read asynchronously, that the caller disposes; null when there is none.
    /// </summary>
    Task<Stream?> OpenAsync(string name, CancellationToken cancellationToken);

    /// <summary>Deletes an object; one that the storage does not have is fine.</summary>
    Task DeleteAsync(string name, CancellationToken cancellationToken);

    /// <summary>
    /// Names of the folders in <paramref name="folder"/>, without what leads there; in no order. What cannot be named is left out.
    /// </summary>
    Task<IReadOnlyList<string>> ListFoldersAsync(string folder, CancellationToken cancellationToken);

    /// <summary>Everything below <paramref name="folder"/>, in no order.</summary>
    IAsyncEnumerable<StoredObject> ListAsync(string folder, CancellationToken cancellationToken);

    /// <summary>Deletes everything below <paramref name="folder"/>.</summary>
    Task DeleteFolderAsync(string folder, CancellationToken cancellationToken);

    /// <summary>Tries whether it is there and takes objects, at the cost of a small one.</summary>
    /// <exception cref="IOException">It does not; the message says why.</exception>
    Task CheckAsync(CancellationToken cancellationToken);
}
