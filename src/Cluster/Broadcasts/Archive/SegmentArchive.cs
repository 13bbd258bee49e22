using System.Collections.Immutable;
using System.Data.Common;
using System.Diagnostics;
using Akka;
using Akka.Streams;
using Akka.Streams.Dsl;
using Akka.Streams.Supervision;
using Microsoft.Extensions.Logging;
using Streaming.Cluster.Broadcasts.Instruments;
using Streaming.Cluster.Broadcasts.Memory;
using Streaming.Cluster.Graphs;
using Streaming.Cluster.Recordings;
using Streaming.Cluster.Tracing;
using Streaming.Pipeline.Storage;

namespace Streaming.Cluster.Broadcasts.Archive;

/// <summary>
/// Brings a broadcast's complete segments to storage beside the broadcast: as many at once as the storage likes, and noted one after
/// another in their order. When storage is slower than the broadcast and the buffer is full, a segment is not stored: it stays in memory for as
/// long as it is announced. Where the broadcast is to be kept, everything stays in storage. Whatever fails at one segment, the next is tried.
/// </summary>
internal sealed partial class SegmentArchive(
    string folder,
    IMediaStorage storage,
    ILogger logger,
    BroadcastRecording? recording = null,
    TimeProvider? time = null,
    BroadcastInstruments? instruments = null,
    ByteBudget? budget = null,
    long epoch = 0)
{
    /// <summary>Storage finishes nothing for longer than this: it takes nothing.</summary>
    public static readonly TimeSpan HangTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Segments that may wait: some 30 s of six renditions.</summary>
    public const int WaitingMax = 128;

    /// <summary>Their bytes: 100 s of 5 Mbit/s, six of the most that a broadcaster may send with all rungs.</summary>
    public const long WaitingBytesMax = 64 << 20;

    /// <summary>Bytes that may wait in all of a node's archives: 10 s of 400 Mbit/s.</summary>
    public const long NodeWaitingBytesMax = 512 << 20;

    // errno's ENOSPC.
    private const int NoSpace = 28;

    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly ImmutableArray<ArchiveEntry>.Builder _entries = ImmutableArray.CreateBuilder<ArchiveEntry>();

    private string? _undeleted; // What the newest deletion failed of.
    private int _waiting;
    private int _unstored;
    private readonly Lock _counting = new();
    private int _working;
    private long _workingSince; // Since when nothing was finished; 0 while there is nothing to do.
    private volatile string? _fault; // What the newest segment failed of, null when it was stored.
    private volatile bool _isFull;
    private volatile bool _isLetGo;

    /// <summary>How much waits. Safe from anywhere.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Segments that could not be stored. Safe from anywhere.</summary>
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

    /// <summary>Has a segment stored, and then <paramref name="stored"/> called, beside the graph's thread.</summary>
    public void Store(string rendition, string name, HotMedia file, Func<Task> stored)
    {
        if (file.TryHold(out var content))
        {
            _entries.Add(new(StoredName(rendition, name), content, stored));
        }
    }

    /// <summary>Has a segment deleted that has left the window, unless it is to be kept.</summary>
    public void Delete(string rendition, string name)
    {
        if (recording?.IsKept != true)
        {
            _entries.Add(new(StoredName(rendition, name), default, null));
        }
    }

    /// <summary>The broadcast goes on at another node: what is here is stored, and its end is not the recording's. Before that end.</summary>
    public void LetGo() => _isLetGo = true;

    /// <summary>What is to be done, and was not taken before. Within the graph.</summary>
    public ImmutableArray<ArchiveEntry> TakeEntries() => _entries.DrainToImmutable();

    /// <summary>
    /// The end of the graph: what comes waits in a buffer that drops rather than hold anything up, and is dealt with on threads where storage may take
    /// its time. The task ends when all of it has been.
    /// </summary>
    public Sink<ArchiveEntry, Task<Done>> ToSink() => Flow.Create<ArchiveEntry>()
        .Via(new BoundedBuffer<ArchiveEntry>(
            WaitingMax,
            WaitingBytesMax,
            static entry => entry.Content.Length,
            count => Volatile.Write(ref _waiting, count),
            Drop,
            _ => _isFull = false,
            budget))
        .ToMaterialized(
            Flow.Create<ArchiveEntry>()
                .SelectAsync(storage.WritesAtOnce, WriteAsync)
                .SelectAsync(1, FinishAsync)
                .ToMaterialized(Sink.Ignore<Done>(), Keep.Right)
                .WithAttributes(Attributes.CreateAsyncBoundary()
                    .And(ActorAttributes.CreateDispatcher(Akka.Dispatch.Dispatchers.DefaultDispatcherId))
                    .And(ActorAttributes.CreateSupervisionStrategy(Deciders.ResumingDecider))),
            Keep.Right);

    /// <summary>
    /// When all has been <paramref name="archived"/>, the broadcast becomes a recording. Once it is <paramref name="retired"/>,
    /// deletes everything that is none. Does not throw.
    /// </summary>
    public async Task FinishAsync(Task archived, Task retired)
    {
        await archived.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await EndRecordingAsync().ConfigureAwait(false);
        await retired.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await DeleteUnrecordedAsync().ConfigureAwait(false);
    }

    private string StoredName(string rendition, string name) => $"{folder}/{rendition}/{name}";

    private void Drop(ArchiveEntry entry)
    {
        if (entry.IsDeletion)
        {
            return; // The broadcast's folder goes as a whole later.
        }

        entry.Content.Release();
        Miss("queue_full");
        if (!_isFull)
        {
            _isFull = true;
            LogFull(folder, entry.Name);
        }
    }

    private async Task EndRecordingAsync()
    {
        try
        {
            if (_isLetGo)
            {
                recording?.LetGo();
            }
            else
            {
                await (recording?.EndAsync() ?? Task.CompletedTask).ConfigureAwait(false);
            }
        }
        catch (Exception e)
        {
            // The library's next look ends it.
            LogFailed("the recording's end", e);
        }
    }

    /// <summary>Unless it is a recording, or may become one yet; or another node goes on with it, in a storage that may be the same.</summary>
    private async Task DeleteUnrecordedAsync()
    {
        if (_isLetGo || recording?.IsGone == false)
        {
            return;
        }

        try
        {
            await (recording?.DeleteAsync() ?? storage.DeleteFolderAsync(folder, CancellationToken.None)).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            LogFailed("*", e);
        }
    }

    /// <summary>Writes it, unless it is to be deleted. Called in order; what is before the first wait ends before the next call.</summary>
    private async Task<(ArchiveEntry Entry, Exception? Failure)> WriteAsync(ArchiveEntry entry)
    {
        Begin();
        using var activity = entry.IsDeletion ? null : Storing(entry);
        try
        {
            if (!entry.IsDeletion)
            {
                await (recording?.BeginAsync() ?? Task.CompletedTask).ConfigureAwait(false);
                await storage.WriteAsync(entry.Name, entry.Content.Pieces, epoch, CancellationToken.None).ConfigureAwait(false);
                entry.Content.Release();
            }

            return (entry, null);
        }
        catch (Exception e)
        {
            activity?.Fail(e.GetType().FullName!, e.Message);
            return (entry, e);
        }
    }

    /// <summary>Notes that it was written, or why not. Called in order, one after another.</summary>
    private async Task<Done> FinishAsync((ArchiveEntry Entry, Exception? Failure) written)
    {
        var (entry, failure) = written;
        try
        {
            if (entry.IsDeletion)
            {
                // What was to be stored before it has been.
                await storage.DeleteAsync(entry.Name, CancellationToken.None).ConfigureAwait(false);
                _undeleted = null;
            }
            else if (failure is null)
            {
                await entry.Stored!().ConfigureAwait(false);
                if (_fault is not null)
                {
                    _fault = null;
                    LogMended(folder, Unstored);
                }
            }
        }
        catch (Exception e)
        {
            failure = e;
        }

        if (failure is not null)
        {
            Note(entry, failure);
        }

        End();
        return Done.Instance;
    }

    private static Activity? Storing(ArchiveEntry entry)
    {
        var activity = Traces.Begin("segment/store", ActivityKind.Internal);
        if (activity is { IsAllDataRequested: true })
        {
            activity.SetTag("file.path", entry.Name).SetTag("file.size", entry.Content.Length);
        }

        return activity;
    }

    private void Begin()
    {
        lock (_counting)
        {
            if (_working++ == 0)
            {
                Volatile.Write(ref _workingSince, _time.GetTimestamp());
            }
        }
    }

    private void End()
    {
        lock (_counting)
        {
            Volatile.Write(ref _workingSince, --_working == 0 ? 0 : _time.GetTimestamp());
        }
    }

    private void Note(ArchiveEntry entry, Exception exception)
    {
        // Told once for each kind of fault until it is over: a full disk fails with every segment.
        var kind = KindOf(exception);
        if (kind != (entry.IsDeletion ? _undeleted : _fault))
        {
            LogFailed(entry.Name, exception);
        }

        if (entry.IsDeletion)
        {
            _undeleted = kind;
            return;
        }

        _fault = kind;
        Miss("failed");
    }

    /// <summary>A file will be missing. What is told to the journal waits for nobody here.</summary>
    private void Miss(string reason)
    {
        Interlocked.Increment(ref _unstored);
        recording?.Miss();
        instruments?.Unstored(reason);
    }

    private static string KindOf(Exception exception) => exception switch
    {
        StorageFullException or IOException { HResult: NoSpace } => "Storage is full",
        DbException => "The journal of recordings fails",
        OvertakenException or StorageConflictException { IsOvertaken: true } => "The channel is another node's by now",
        IOException or UnauthorizedAccessException => "Storage fails",
        _ => "The server failed at storing",
    };

    private void LogFailed(string name, Exception exception)
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
}
