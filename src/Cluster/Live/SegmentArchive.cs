using System.Data.Common;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Streaming.Cluster.Recordings;
using Streaming.Pipeline.Storage;

namespace Streaming.Cluster.Live;

/// <summary>
/// Brings a broadcast's complete segments to storage, one after another, beside the broadcast. When storage is slower than
/// the broadcast and the queue is full, a segment is not stored: it stays in memory for as long as it is announced. Where
/// the broadcast is to be kept, everything stays in storage.
/// </summary>
internal sealed partial class SegmentArchive(
    LiveMedia media, IMediaStorage storage, ILogger logger, BroadcastRecording? recording = null)
{
    /// <summary>Segments that may wait: some 30 s of six renditions.</summary>
    private const int QueueMax = 128;

    private readonly Channel<Entry> _queue =
        Channel.CreateBounded<Entry>(new BoundedChannelOptions(QueueMax) { SingleReader = true });

    private int _unstored;

    /// <summary>Segments that could not be stored.</summary>
    public int Unstored => Volatile.Read(ref _unstored);

    /// <summary>Stores a segment and then calls <paramref name="stored"/> from the archive's own loop.</summary>
    public void Store(string rendition, string name, HotMedia content, Action stored)
    {
        if (!_queue.Writer.TryWrite(new(rendition, name, content, stored)))
        {
            Interlocked.Increment(ref _unstored);
            LogFull(media.Folder, name);
        }
    }

    /// <summary>Deletes a segment that has left the window, unless it is to be kept.</summary>
    public void Delete(string rendition, string name)
    {
        if (recording?.IsKept != true)
        {
            _queue.Writer.TryWrite(new(rendition, name, null, null));
        }
    }

    /// <summary>No more work comes.</summary>
    public void Complete() => _queue.Writer.TryComplete();

    /// <summary>
    /// Works until <see cref="Complete"/>, when the broadcast becomes a recording. Once it is <paramref name="retired"/>,
    /// deletes everything that is none.
    /// </summary>
    public async Task RunAsync(Task retired)
    {
        await foreach (var entry in _queue.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            await WorkAsync(entry).ConfigureAwait(false);
        }

        EndRecording();
        await retired.ConfigureAwait(false);
        if (recording?.IsGone == false)
        {
            return; // It is a recording, or may become one yet.
        }

        try
        {
            await (recording?.DeleteAsync() ?? storage.DeleteFolderAsync(media.Folder, CancellationToken.None)).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or DbException)
        {
            LogFailed(media.Folder, "*", e.Message);
        }
    }

    private void EndRecording()
    {
        try
        {
            recording?.End();
        }
        catch (DbException e)
        {
            // The library's next look ends it.
            LogFailed(media.Folder, "the recording's end", e.Message);
        }
    }

    private async Task WorkAsync(Entry entry)
    {
        var name = media.StoredName(entry.Rendition, entry.Name);
        try
        {
            if (entry.Content is null)
            {
                await storage.DeleteAsync(name, CancellationToken.None).ConfigureAwait(false);
            }
            else
            {
                recording?.Begin();
                await storage.WriteAsync(name, entry.Content.Pieces, CancellationToken.None).ConfigureAwait(false);
                entry.Stored!();
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or DbException)
        {
            Interlocked.Increment(ref _unstored);
            LogFailed(media.Folder, entry.Name, e.Message);
        }
    }

    [LoggerMessage(210, LogLevel.Warning, "{Folder}: storage is too slow, {Name} stays in memory")]
    private partial void LogFull(string folder, string name);

    [LoggerMessage(211, LogLevel.Warning, "{Folder}: storage failed with {Name}, which stays in memory: {Reason}")]
    private partial void LogFailed(string folder, string name, string reason);

    private readonly record struct Entry(string Rendition, string Name, HotMedia? Content, Action? Stored);
}
