using System.Collections.Concurrent;
using Streaming.Cluster.Naming;
using Streaming.Pipeline.Storage;

namespace Streaming.Cluster.Broadcasts.Memory;

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
    public long HotBytes => _hot.Values.Sum(static files => files.Values.Sum(static file => file.IsLetGo ? 0 : file.Length));

    /// <summary>The file if it is at the live edge: in memory, or let go of a moment ago.</summary>
    public bool TryGet(string rendition, string name, out HotMedia? media)
    {
        media = null;
        return _hot.TryGetValue(rendition, out var files) && files.TryGetValue(name, out media);
    }

    /// <summary>The bytes of the file if they are in memory, to be let go of.</summary>
    public bool TryHold(string rendition, string name, out MediaHold hold)
    {
        hold = default;
        return TryGet(rendition, name, out var media) && media!.TryHold(out hold);
    }

    /// <summary>The file if it is in storage; null when it is not.</summary>
    public Task<Stream?> OpenStoredAsync(string rendition, string name, CancellationToken cancellationToken) =>
        storage.OpenAsync(StoredName(rendition, name), cancellationToken);

    /// <summary>
    /// What is at the live edge, as a file that the operating system still has in its cache; null where storage does not have it, has
    /// no files, or fails (too many are open): memory may have it all the same.
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

    /// <summary>A file is there.</summary>
    internal void Add(string rendition, string name, HotMedia media) =>
        _hot.GetOrAdd(rendition, static _ => new(StringComparer.Ordinal))[name] = media;

    /// <summary>A file is at the live edge no more, and in memory only as long as somebody reads it.</summary>
    internal void Forget(string rendition, string name)
    {
        if (_hot.TryGetValue(rendition, out var files))
        {
            Forget(files, name);
        }
    }

    internal void Clear()
    {
        foreach (var files in _hot.Values)
        {
            foreach (var name in files.Keys)
            {
                Forget(files, name);
            }
        }
    }

    private static void Forget(ConcurrentDictionary<string, HotMedia> files, string name)
    {
        if (files.TryRemove(name, out var media))
        {
            media.LetGo();
        }
    }

    private string StoredName(string rendition, string name) => $"{Folder}/{rendition}/{name}";
}
