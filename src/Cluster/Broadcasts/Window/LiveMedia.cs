using System.Collections.Concurrent;
using System.Collections.Immutable;
using Streaming.Cluster.Naming;
using Streaming.Pipeline.Storage;

namespace Streaming.Cluster.Broadcasts.Window;

/// <summary>A file of a broadcast that is in memory: pieces that make it up one after another. Its bytes never change.</summary>
/// <param name="pieces">Its bytes in order.</param>
/// <param name="length">Their number.</param>
public sealed class HotMedia(ImmutableArray<ReadOnlyMemory<byte>> pieces, long length)
{
    private volatile bool _isStored;

    /// <summary>Its bytes in order.</summary>
    public ImmutableArray<ReadOnlyMemory<byte>> Pieces => pieces;

    /// <summary>Their number.</summary>
    public long Length => length;

    /// <summary>Storage has them too.</summary>
    public bool IsStored => _isStored;

    public static HotMedia Of(ReadOnlyMemory<byte> data) => new([data], data.Length);

    internal void MarkStored() => _isStored = true;
}

/// <summary>
/// A broadcast's media files by rendition and name: the live edge in memory, the rest in storage. Written by the
/// broadcast's owner, read by any number of requests.
/// </summary>
public sealed class LiveMedia(string broadcastId, IMediaStorage storage)
{
    private readonly ConcurrentDictionary<string, ConcurrentDictionary<string, HotMedia>> _hot = new(StringComparer.Ordinal);

    /// <summary>Where the broadcast's files are in storage.</summary>
    public string Folder { get; } = BroadcastFolder.Of(broadcastId);

    /// <summary>Bytes in memory.</summary>
    public long HotBytes => _hot.Values.Sum(files => files.Values.Sum(file => file.Length));

    /// <summary>The file if it is in memory.</summary>
    public bool TryGet(string rendition, string name, out HotMedia? media)
    {
        media = null;
        return _hot.TryGetValue(rendition, out var files) && files.TryGetValue(name, out media);
    }

    /// <summary>The file if it is in storage; null when it is not.</summary>
    public Task<Stream?> OpenStoredAsync(string rendition, string name, CancellationToken cancellationToken) =>
        storage.OpenAsync(StoredName(rendition, name), cancellationToken);

    /// <summary>
    /// What is in memory, as a file that the operating system still has in its cache; null where storage does not have it, has
    /// no files, or fails (too many are open): memory has it all the same.
    /// </summary>
    public async ValueTask<FileStream?> OpenFileAsync(
        string rendition, string name, HotMedia media, CancellationToken cancellationToken)
    {
        if (!media.IsStored || !storage.HasFiles)
        {
            return null;
        }

        try
        {
            return (FileStream?)await storage.OpenAsync(StoredName(rendition, name), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    internal void Add(string rendition, string name, HotMedia media) =>
        _hot.GetOrAdd(rendition, static _ => new(StringComparer.Ordinal))[name] = media;

    internal void Forget(string rendition, string name)
    {
        if (_hot.TryGetValue(rendition, out var files))
        {
            files.TryRemove(name, out _);
        }
    }

    internal void Clear() => _hot.Clear();

    private string StoredName(string rendition, string name) => $"{Folder}/{rendition}/{name}";
}
