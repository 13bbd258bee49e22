namespace Streaming.Pipeline.Storage;

/// <summary>
/// A storage that is measured: how long writes take, how much they are, what fails. Opening is not timed, since viewers wait for it; its
/// failures are counted.
/// </summary>
public sealed class MeasuredStorage : IMediaStorage, IDisposable
{
    private readonly IMediaStorage _storage;
    private readonly StorageInstruments _instruments;
    private readonly TimeProvider _time;

    public MeasuredStorage(IMediaStorage storage, StorageInstruments instruments, TimeProvider time)
    {
        (_storage, _instruments, _time) = (storage, instruments, time);
        instruments.Observe(storage);
    }

    public long? UsedBytes => _storage.UsedBytes;

    public bool HasFiles => _storage.HasFiles;

    public int WritesAtOnce => _storage.WritesAtOnce;

    public async Task WriteAsync(
        string name, IReadOnlyList<ReadOnlyMemory<byte>> content, long epoch, CancellationToken cancellationToken)
    {
        var began = _time.GetTimestamp();
        try
        {
            await _storage.WriteAsync(name, content, epoch, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (IsFailure(e, "write"))
        {
            throw;
        }

        long length = 0;
        foreach (var piece in content)
        {
            length += piece.Length;
        }

        _instruments.Wrote(_time.GetElapsedTime(began), length);
    }

    public Task<Stream?> OpenAsync(string name, CancellationToken cancellationToken)
    {
        Task<Stream?> opening;
        try
        {
            opening = _storage.OpenAsync(name, cancellationToken);
        }
        catch (Exception e) when (IsFailure(e, "open"))
        {
            throw;
        }

        return opening.IsCompletedSuccessfully ? opening : CountedAsync(opening, "open");
    }

    public Task DeleteAsync(string name, CancellationToken cancellationToken) =>
        CountedAsync(() => _storage.DeleteAsync(name, cancellationToken), "delete");

    public Task<IReadOnlyList<string>> ListFoldersAsync(string folder, CancellationToken cancellationToken) =>
        _storage.ListFoldersAsync(folder, cancellationToken);

    public IAsyncEnumerable<StoredObject> ListAsync(string folder, CancellationToken cancellationToken) =>
        _storage.ListAsync(folder, cancellationToken);

    public Task DeleteFolderAsync(string folder, CancellationToken cancellationToken) =>
        CountedAsync(() => _storage.DeleteFolderAsync(folder, cancellationToken), "delete");

    public Task CheckAsync(CancellationToken cancellationToken) => _storage.CheckAsync(cancellationToken);

    public void Dispose() => (_storage as IDisposable)?.Dispose();

    private async Task CountedAsync(Func<Task> work, string operation)
    {
        try
        {
            await work().ConfigureAwait(false);
        }
        catch (Exception e) when (IsFailure(e, operation))
        {
            throw;
        }
    }

    private async Task<Stream?> CountedAsync(Task<Stream?> opening, string operation)
    {
        try
        {
            return await opening.ConfigureAwait(false);
        }
        catch (Exception e) when (IsFailure(e, operation))
        {
            throw;
        }
    }

    /// <summary>Counts it, and lets it pass.</summary>
    private bool IsFailure(Exception exception, string operation)
    {
        if (exception is not OperationCanceledException)
        {
            _instruments.Failed(operation);
        }

        return false;
    }
}
