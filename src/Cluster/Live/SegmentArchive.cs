using System.Data.Common;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Streaming.Cluster.Recordings;
using Streaming.Pipeline.Storage;

namespace Streaming.Cluster.Live;

/// <summary>
/// Brings a broadcast's complete segments to storage, one after another, beside the broadcast. When storage is slower than
/// the broadcast and the queue is full, a segment is not stored: it stays in memory for as long as it is announced. Where
/// the broadcast is to be kept, everything stays in storage. Whatever fails at one segment, the next is tried.
/// </summary>
internal sealed partial class SegmentArchive(
    LiveMedia media,
    IMediaStorage storage,
    ILogger logger,
    BroadcastRecording? recording = null,
    TimeProvider? time = null,
    BroadcastInstruments? instruments = null)
{
    /// <summary>One segment takes storage longer than this: it takes nothing.</summary>
    public static readonly TimeSpan HangTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Segments that may wait: some 30 s of six renditions.</summary>
    private const int QueueMax = 128;

    // errno's ENOSPC.
    private const int NoSpace = 28;

    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly Channel<Entry> _queue =
        Channel.CreateBounded<Entry>(new BoundedChannelOptions(QueueMax) { SingleReader = true });

    private string? _undeleted; // What the newest deletion failed of.
    private int _unstored;
    private long _workingSince; // 0 while there is nothing to do.
    private volatile string? _fault; // What the newest segment failed of, null when it was stored.
    private volatile bool _isFull;

    /// <summary>How much waits in the queue.</summary>
    public int Waiting => _queue.Reader.Count;

    /// <summary>Segments that could not be stored.</summary>
    public int Unstored => Volatile.Read(ref _unstored);

    /// <summary>Why storage takes nothing at the moment and what that means, in a sentence for people; null when it does.</summary>
    public string? Trouble
    {
        get
        {
            var since = Volatile.Read(ref _workingSince);
            var what = _fault
                ?? (since != 0 && _time.GetElapsedTime(since) > HangTimeout ? "Storage does not answer"
                : _isFull ? "Storage is too slow"
                : null);
            return what is null
                ? null
                : $"{what}: viewers can go back less far than usual, and what is not stored will be missing from the recording.";
        }
    }

    /// <summary>Stores a segment and then calls <paramref name="stored"/> from the archive's own loop.</summary>
    public void Store(string rendition, string name, HotMedia content, Action stored)
    {
        if (_queue.Writer.TryWrite(new(rendition, name, content, stored)))
        {
            _isFull = false;
            return;
        }

        Interlocked.Increment(ref _unstored);
        instruments?.Unstored("queue_full");
        if (!_isFull)
        {
            _isFull = true;
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
    /// deletes everything that is none. Does not throw.
    /// </summary>
    public async Task RunAsync(Task retired)
    {
        await foreach (var entry in _queue.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            Volatile.Write(ref _workingSince, _time.GetTimestamp());
            await WorkAsync(entry).ConfigureAwait(false);
            Volatile.Write(ref _workingSince, 0);
        }

        EndRecording();
        await retired.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await DeleteUnrecordedAsync().ConfigureAwait(false);
    }

    private void EndRecording()
    {
        try
        {
            recording?.End();
        }
        catch (Exception e)
        {
            // The library's next look ends it.
            LogFailed(media.Folder, "the recording's end", e);
        }
    }

    /// <summary>Unless it is a recording, or may become one yet.</summary>
    private async Task DeleteUnrecordedAsync()
    {
        if (recording?.IsGone == false)
        {
            return;
        }

        try
        {
            await (recording?.DeleteAsync() ?? storage.DeleteFolderAsync(media.Folder, CancellationToken.None)).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            LogFailed(media.Folder, "*", e);
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
                _undeleted = null;
                return;
            }

            recording?.Begin();
            await storage.WriteAsync(name, entry.Content.Pieces, CancellationToken.None).ConfigureAwait(false);
            entry.Stored!();
            if (_fault is not null)
            {
                _fault = null;
                LogMended(media.Folder, Unstored);
            }
        }
        catch (Exception e)
        {
            Interlocked.Increment(ref _unstored);
            if (entry.Content is not null)
            {
                instruments?.Unstored("failed");
            }

            var kind = KindOf(e);

            // Told once for each kind of fault until it is over: a full disk fails with every segment.
            if (kind != (entry.Content is null ? _undeleted : _fault))
            {
                LogFailed(media.Folder, entry.Name, e);
            }

            (_undeleted, _fault) = entry.Content is null ? (kind, _fault) : (_undeleted, kind);
        }
    }

    private static string KindOf(Exception exception) => exception switch
    {
        StorageFullException or IOException { HResult: NoSpace } => "Storage is full",
        DbException => "The journal of recordings fails",
        IOException or UnauthorizedAccessException => "Storage fails",
        _ => "The server failed at storing",
    };

    private void LogFailed(string folder, string name, Exception exception)
    {
        if (exception is IOException or UnauthorizedAccessException or DbException)
        {
            LogRefused(folder, name, exception.Message);
        }
        else
        {
            LogBroken(folder, name, exception);
        }
    }

    [LoggerMessage(210, LogLevel.Warning, "{Folder}: storage is too slow; {Name} stays in memory, and what comes until it has caught up")]
    private partial void LogFull(string folder, string name);

    [LoggerMessage(211, LogLevel.Warning, "{Folder}: storage failed with {Name}, which stays in memory, and what fails after it: {Reason}")]
    private partial void LogRefused(string folder, string name, string reason);

    [LoggerMessage(212, LogLevel.Error, "{Folder}: the archive failed with {Name}, which stays in memory, and what fails after it")]
    private partial void LogBroken(string folder, string name, Exception exception);

    [LoggerMessage(213, LogLevel.Information, "{Folder}: segments are stored again; {Unstored} were not, in all")]
    private partial void LogMended(string folder, int unstored);

    private readonly record struct Entry(string Rendition, string Name, HotMedia? Content, Action? Stored);
}
