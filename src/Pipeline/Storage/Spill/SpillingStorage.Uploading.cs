using System.Buffers;

namespace Streaming.Pipeline.Storage.Spill;

/// <content>Brings what waits into the bucket.</content>
public sealed partial class SpillingStorage
{
    private int _failures; // In a row.
    private int _uploading;
    private long _uploadingBytes;
    private int _caughtUp;

    /// <summary>
    /// Brings what waits into the bucket, the oldest first, until cancelled. While the bucket takes nothing one object at a time is tried,
    /// after pauses that grow. What is on disk goes when the bucket has it.
    /// </summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var uploads = new List<Task>();
        try
        {
            while (true)
            {
                while (TakeNext() is { } next)
                {
                    uploads.Add(UploadAsync(next.Spilled, next.WasAway, cancellationToken));
                }

                await _signals.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
                uploads.RemoveAll(static upload => upload.IsCompleted);
            }
        }
        finally
        {
            await Task.WhenAll(uploads).ConfigureAwait(false);
        }
    }

    private (SpilledObject Spilled, bool WasAway)? TakeNext()
    {
        lock (_changing)
        {
            if (_uploading >= (_away is null ? _options.UploadsAtOnce : 1)
                || (_uploading > 0 && _uploadingBytes >= _options.UploadBytesMax)
                || _queue.Take() is not { } next)
            {
                return null;
            }

            _uploading++;
            _uploadingBytes += next.Length;
            next.MayBeInBucket = true;
            next.Trying = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return (next, _away is not null);
        }
    }

    /// <summary>Tries one, and pauses when it failed. Does not throw.</summary>
    private async Task UploadAsync(SpilledObject spilled, bool wasAway, CancellationToken cancellationToken)
    {
        await Task.Yield(); // Not in the loop: a disk reads in the thread that asks.
        var pause = TimeSpan.Zero;
        try
        {
            pause = await TakesAsync(spilled, cancellationToken).ConfigureAwait(false) ? TimeSpan.Zero : NextPause(wasAway);
        }
        catch (StorageConflictException e) when (!e.IsOvertaken)
        {
            Refuse(spilled, e);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // It is there at the next start.
        }
        catch (Exception e)
        {
            LogBroken(spilled.Name, e); // The disk, or a mistake of ours.
            pause = NextPause(wasAway);
        }

        spilled.Trying!.SetResult();
        if (pause > TimeSpan.Zero)
        {
            await Task.Delay(pause, _time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        lock (_changing)
        {
            _uploading--;
            _uploadingBytes -= spilled.Length;
            _queue.Return(spilled);
        }

        _signals.Writer.TryWrite(true);
    }

    /// <summary>Whether the bucket takes it, or has it of a higher epoch; then it is on disk no more.</summary>
    private async Task<bool> TakesAsync(SpilledObject spilled, CancellationToken cancellationToken)
    {
        var length = (int)spilled.Length;
        var bytes = ArrayPool<byte>.Shared.Rent(length);
        var file = await _disk.OpenAsync(spilled.NameOnDisk, cancellationToken).ConfigureAwait(false)
            ?? throw new StorageConflictException("its file is gone.");
        await using (file.ConfigureAwait(false))
        {
            await file.ReadExactlyAsync(bytes.AsMemory(0, length), cancellationToken).ConfigureAwait(false);
        }

        try
        {
            await _bucket.WriteAsync(spilled.Name, [bytes.AsMemory(0, length)], spilled.Epoch, cancellationToken).ConfigureAwait(false);
        }
        catch (StorageConflictException e) when (e.IsOvertaken)
        {
            LogOvertaken(spilled.Name, e.Message);
        }
        catch (IOException e) when (e is not StorageConflictException)
        {
            Failed(e);
            return false;
        }

        ArrayPool<byte>.Shared.Return(bytes); // Not where it failed: a request may read it still.
        Took();
        if (!spilled.IsOver)
        {
            await _disk.DeleteAsync(spilled.NameOnDisk, CancellationToken.None).ConfigureAwait(false);
            Stored(spilled);
        }

        return true;
    }

    private void Stored(SpilledObject spilled)
    {
        int? count = null;
        lock (_changing)
        {
            if (spilled.IsOver)
            {
                return; // Deleted meanwhile.
            }

            _spilled.Remove(spilled.Name);
            End(spilled);
            _caughtUp++;
            if (_waiting == 0)
            {
                (count, _caughtUp) = (_caughtUp, 0);
            }
        }

        if (count is { } caughtUp)
        {
            LogCaughtUp(caughtUp);
        }
    }

    /// <summary>It can never be stored there. It is read from the disk.</summary>
    private void Refuse(SpilledObject spilled, StorageConflictException reason)
    {
        lock (_changing)
        {
            if (spilled.IsOver)
            {
                return;
            }

            End(spilled);
            _refused++;
            (_lastError, _lastErrorAt) = (reason.Message, _time.GetUtcNow());
        }

        LogRefused(spilled.Name, reason.Message);
    }

    /// <summary>Those that fail together count once.</summary>
    private TimeSpan NextPause(bool wasAway)
    {
        lock (_changing)
        {
            _failures = wasAway ? Math.Min(_failures + 1, 16) : 1;
            var pause = _options.PauseMin * (1 << (_failures - 1));
            return pause < _options.PauseMax ? pause : _options.PauseMax;
        }
    }
}
