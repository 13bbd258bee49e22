using System.Net;
using System.Runtime.CompilerServices;
using Google.Apis.Auth.OAuth2;

namespace Streaming.Pipeline.Storage.Gcs;

/// <summary>
/// Media files in a bucket of Google Cloud Storage. An object is written by one request, and only where its name is free or an object's of a
/// lower epoch; what is tried again has the same effect as if it had been done once. Writing and reading have connections of their own: viewers keep no
/// segment from being stored. See docs/decisions/0013-segments-in-google-cloud-storage.md and
/// 0023-the-higher-epoch-has-the-name.md.
/// </summary>
public sealed class GcsStorage : IMediaStorage, IDisposable
{
    // Uploads of the broadcasts of a node, and its housekeeping.
    private const int WritingConnectionsMax = 64;

    // A viewer of what memory does not have keeps one for as long as he takes for a segment.
    private const int ReadingConnectionsMax = 256;

    // Each deletion is a request of its own, which the service charges nothing for.
    private const int DeletionsAtOnce = 16;

    private const int MiB = 1 << 20;

    private readonly GcsOptions _options;
    private readonly TimeProvider _time;
    private readonly BucketIdentity? _identity;
    private readonly StorageInstruments? _instruments;
    private readonly GcsConnection _writing;
    private readonly GcsConnection _reading;
    private readonly GcsRetry _retry;
    private readonly GcsReader _reader;
    private readonly GcsListing _listing;
    private readonly CancellationTokenSource _stopped;
    private readonly string _probe = $"probe/{Guid.NewGuid():N}";
    private long _wroteAt;

    /// <param name="options">Which bucket.</param>
    /// <param name="time">Of pauses and deadlines.</param>
    /// <param name="identity">
    /// Knows whether the bucket is the one that the node's media belong in. While it is not, nothing in it is told, written or
    /// deleted. Without: any will do.
    /// </param>
    /// <param name="instruments">Told of retries, and of names that were taken.</param>
    /// <param name="credentials">Finds who we are. Without: application default credentials.</param>
    public GcsStorage(
        GcsOptions options,
        TimeProvider time,
        BucketIdentity? identity = null,
        StorageInstruments? instruments = null,
        Func<CancellationToken, Task<GoogleCredential>>? credentials = null)
    {
        (_options, _time, _identity, _instruments) = (options, time, identity, instruments);
        _writing = new GcsConnection(options, WritingConnectionsMax, credentials ?? GcsCredentials.FindAsync);
        _reading = new GcsConnection(options, ReadingConnectionsMax, credentials ?? GcsCredentials.FindAsync);
        _stopped = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        _retry = new GcsRetry(options, time, kind => instruments?.Retried(GcsFaultKinds.NameOf(kind)), _stopped.Token);
        _reader = new GcsReader(_reading, options, _retry);
        _listing = new GcsListing(_writing, options, _retry);
    }

    /// <summary>Nobody counts them: the bucket has no limit, and its own console.</summary>
    public long? UsedBytes => null;

    public bool HasFiles => false;

    /// <remarks>An upload takes a tenth of a second or two; seven renditions store that many segments in two.</remarks>
    public int WritesAtOnce => 4;

    internal string Bucket => _options.Bucket;

    public async Task WriteAsync(
        string name, IReadOnlyList<ReadOnlyMemory<byte>> content, long epoch, CancellationToken cancellationToken)
    {
        StorageName.Check(name);
        await RequireBucketAsync(cancellationToken).ConfigureAwait(false);
        await UploadAsync(name, content, epoch, _options.WriteDeadline, cancellationToken).ConfigureAwait(false);
    }

    public async Task<Stream?> OpenAsync(string name, CancellationToken cancellationToken)
    {
        StorageName.Check(name);
        await RequireBucketAsync(cancellationToken).ConfigureAwait(false);
        return await _reader.OpenAsync(name, _options.ReadDeadline, cancellationToken).ConfigureAwait(false);
    }

    public async Task DeleteAsync(string name, CancellationToken cancellationToken)
    {
        StorageName.Check(name);
        await RequireBucketAsync(cancellationToken).ConfigureAwait(false);
        await RemoveAsync(name, _options.ReadDeadline, cancellationToken).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<string>> ListFoldersAsync(string folder, CancellationToken cancellationToken)
    {
        StorageName.Check(folder);
        await RequireBucketAsync(cancellationToken).ConfigureAwait(false);
        return await FoldersAsync(folder, cancellationToken).ToListAsync(cancellationToken).ConfigureAwait(false);
    }

    public IAsyncEnumerable<StoredObject> ListAsync(string folder, CancellationToken cancellationToken) =>
        ListBelowAsync(StorageName.Check(folder) + "/", cancellationToken);

    public async Task DeleteFolderAsync(string folder, CancellationToken cancellationToken)
    {
        StorageName.Check(folder);
        await RequireBucketAsync(cancellationToken).ConfigureAwait(false);
        var pages = _listing.ObjectsAsync(folder + "/", cancellationToken);
        await foreach (var page in pages.ConfigureAwait(false))
        {
            await Parallel.ForEachAsync(
                page,
                new ParallelOptions { MaxDegreeOfParallelism = DeletionsAtOnce, CancellationToken = cancellationToken },
                async (stored, token) => await RemoveAsync(stored.Name, _options.ReadDeadline, token).ConfigureAwait(false))
                .ConfigureAwait(false);
        }
    }

    /// <remarks>Costs nothing while segments are stored: a write that succeeded a moment ago says as much.</remarks>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        var wroteAt = Volatile.Read(ref _wroteAt);
        if (wroteAt != 0 && _time.GetElapsedTime(wroteAt) < _options.WroteLately)
        {
            return;
        }

        await RequireBucketAsync(cancellationToken).ConfigureAwait(false);
        await UploadAsync(_probe, ["probe"u8.ToArray()], 0, _options.CheckDeadline, cancellationToken).ConfigureAwait(false);
        await RemoveAsync(_probe, _options.CheckDeadline, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The node stops: what is not done by then is given up, however much waits behind it.</summary>
    public void StopWithin(TimeSpan patience) => _stopped.CancelAfter(patience);

    public void Dispose()
    {
        _stopped.Dispose();
        _writing.Dispose();
        _reading.Dispose();
    }

    internal IAsyncEnumerable<string> FoldersAsync(string folder, CancellationToken cancellationToken) =>
        _listing.FoldersAsync(folder + "/", cancellationToken).Where(StorageName.IsValid);

    /// <summary>What the object of that name says; null when there is none.</summary>
    internal async Task<string?> ReadIdentityAsync(string name, CancellationToken cancellationToken)
    {
        var stored = await _reader.OpenAsync(name, _options.CheckDeadline, cancellationToken).ConfigureAwait(false);
        if (stored is null)
        {
            return null;
        }

        await using (stored.ConfigureAwait(false))
        {
            var bytes = new byte[Math.Min(stored.Length, 1024)];
            await stored.ReadExactlyAsync(bytes, cancellationToken).ConfigureAwait(false);
            using var reader = new StringReader(System.Text.Encoding.ASCII.GetString(bytes));
            return IdentityFile.Read(reader);
        }
    }

    internal Task WriteIdentityAsync(string name, string identity, CancellationToken cancellationToken) =>
        UploadAsync(name, [System.Text.Encoding.ASCII.GetBytes(identity + "\n")], 0, _options.ReadDeadline, cancellationToken);

    private async IAsyncEnumerable<StoredObject> ListBelowAsync(
        string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await RequireBucketAsync(cancellationToken).ConfigureAwait(false);
        var pages = _listing.ObjectsAsync(prefix, cancellationToken);
        await foreach (var page in pages.ConfigureAwait(false))
        {
            foreach (var stored in page)
            {
                yield return stored;
            }
        }
    }

    private async Task UploadAsync(
        string name, IReadOnlyList<ReadOnlyMemory<byte>> content, long epoch, TimeSpan deadline, CancellationToken cancellationToken)
    {
        long length = 0;
        foreach (var piece in content)
        {
            length += piece.Length;
        }

        var call = new GcsCall($"store {name}", deadline, _options.RequestTimeout + TimeSpan.FromSeconds(length / MiB));
        var upload = new GcsUpload(_writing, _options, name, content, length, epoch);
        try
        {
            await _retry.RunAsync(
                call,
                async token =>
                {
                    await upload.TryAsync(token).ConfigureAwait(false);
                    return true;
                },
                cancellationToken).ConfigureAwait(false);
            Volatile.Write(ref _wroteAt, _time.GetTimestamp());
            if (upload.HasReplaced)
            {
                _instruments?.Replaced();
            }
        }
        catch (StorageConflictException e)
        {
            _instruments?.Conflicted(e);
            throw;
        }
        catch (StorageUnavailableException)
        {
            Volatile.Write(ref _wroteAt, 0); // Whoever checks has to try.
            throw;
        }
    }

    private Task<bool> RemoveAsync(string name, TimeSpan deadline, CancellationToken cancellationToken) => _retry.RunAsync(
        new GcsCall($"delete {name}", deadline, _options.RequestTimeout),
        async token =>
        {
            using var response = await _writing.SendAsync(
                service => service.Objects.Delete(_options.Bucket, name).CreateRequest(false), [HttpStatusCode.NotFound], token)
                .ConfigureAwait(false);
            return response.IsSuccessStatusCode;
        },
        cancellationToken);

    /// <exception cref="StorageUnavailableException">The bucket is another node's, or cannot be asked.</exception>
    private Task RequireBucketAsync(CancellationToken cancellationToken) =>
        _identity?.RequireAsync(this, cancellationToken) ?? Task.CompletedTask;
}
