using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Google.Apis.Storage.v1;
using GcsObject = Google.Apis.Storage.v1.Data.Object;

namespace Streaming.Pipeline.Storage.Gcs;

/// <summary>
/// The upload of one object, which may be tried again at any time: it is stored only where its name is free (<c>ifGenerationMatch=0</c>),
/// and that it is taken is success where it is taken by the same bytes, as after an answer that got lost. What has the name under a lower
/// epoch is replaced, as long as it is still that generation. The service checks our checksum, and we its.
/// </summary>
internal sealed class GcsUpload
{
    // What the bucket keeps with an object. One without it is of epoch 0.
    private const string EpochKey = "epoch";

    private readonly GcsConnection _connection;
    private readonly string _bucket;
    private readonly string _name;
    private readonly IReadOnlyList<ReadOnlyMemory<byte>> _pieces;
    private readonly long _length;
    private readonly long _epoch;
    private readonly bool _isResumable;
    private readonly string _checksum;
    private Uri? _session;
    private long _replaced; // The generation that makes way; 0 where the name has to be free.

    public GcsUpload(
        GcsConnection connection,
        GcsOptions options,
        string name,
        IReadOnlyList<ReadOnlyMemory<byte>> pieces,
        long length,
        long epoch)
    {
        (_connection, _bucket, _name, _pieces, _length, _epoch) = (connection, options.Bucket, name, pieces, length, epoch);
        _isResumable = length >= options.ResumableFrom;
        _checksum = Crc32C.Of(pieces).ToString();
    }

    /// <summary>It took the place of an object of a lower epoch.</summary>
    public bool HasReplaced => _replaced != 0;

    /// <summary>Tries it once: again only where what is there is to make way.</summary>
    /// <exception cref="GcsFault">It did not succeed.</exception>
    /// <exception cref="StorageConflictException">The name is taken by other bytes of no lower epoch.</exception>
    public async Task TryAsync(CancellationToken cancellationToken)
    {
        while (!await StoreAsync(cancellationToken).ConfigureAwait(false))
        {
            _session = null;
            if (await IsThereAsync(cancellationToken).ConfigureAwait(false))
            {
                return;
            }
        }
    }

    /// <summary>Whether it is stored; false where the name is taken.</summary>
    private async Task<bool> StoreAsync(CancellationToken cancellationToken)
    {
        using var response = await (_isResumable ? ResumeAsync(cancellationToken) : SendAsync(cancellationToken)).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.PreconditionFailed)
        {
            return false;
        }

        var stored = await _connection.ReadAsync<GcsObject>(response, cancellationToken).ConfigureAwait(false);
        if (stored.Size != (ulong)_length || (stored.Crc32c is { } theirs && theirs != _checksum))
        {
            _session = null;
            await DeleteAsync(stored, cancellationToken).ConfigureAwait(false);
            throw new GcsFault(GcsFaultKind.Damaged, "what it stored has another checksum than what was sent");
        }

        return true;
    }

    private Task<HttpResponseMessage> SendAsync(CancellationToken cancellationToken) => _connection.SendAsync(
        service => new HttpRequestMessage(HttpMethod.Post, UploadUri(service, "multipart"))
        {
            Content = GcsUploadContent.WithMetadata(Metadata(service), GcsContentTypes.Of(_name), _pieces, _length),
        },
        [HttpStatusCode.PreconditionFailed],
        cancellationToken);

    /// <summary>Sends what has not arrived: the first time all of it, after a fault what is missing.</summary>
    private async Task<HttpResponseMessage> ResumeAsync(CancellationToken cancellationToken)
    {
        var arrived = 0L;
        if (_session is null)
        {
            var begun = await BeginAsync(cancellationToken).ConfigureAwait(false);
            if (begun is not null)
            {
                return begun;
            }
        }
        else
        {
            var state = await PutAsync(new ByteArrayContent([]), $"bytes */{_length}", cancellationToken).ConfigureAwait(false);
            if (state.StatusCode != HttpStatusCode.PermanentRedirect)
            {
                return state;
            }

            arrived = Arrived(state);
            state.Dispose();
        }

        var range = string.Create(CultureInfo.InvariantCulture, $"bytes {arrived}-{_length - 1}/{_length}");
        var response = await PutAsync(new GcsUploadContent(_pieces, arrived, _length), range, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode != HttpStatusCode.PermanentRedirect)
        {
            return response;
        }

        response.Dispose();
        throw new GcsFault(GcsFaultKind.Broken, "it took a part of the object only");
    }

    /// <summary>Begins a session; an answer where that is the end of it.</summary>
    private async Task<HttpResponseMessage?> BeginAsync(CancellationToken cancellationToken)
    {
        var response = await _connection.SendAsync(
            service =>
            {
                var request = new HttpRequestMessage(HttpMethod.Post, UploadUri(service, "resumable"))
                {
                    Content = new StringContent(Metadata(service), System.Text.Encoding.UTF8, "application/json"),
                };
                request.Headers.Add("X-Upload-Content-Type", GcsContentTypes.Of(_name));
                request.Headers.Add("X-Upload-Content-Length", _length.ToString(CultureInfo.InvariantCulture));
                return request;
            },
            [HttpStatusCode.PreconditionFailed],
            cancellationToken).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            _session = response.Headers.Location
                ?? throw new GcsFault(GcsFaultKind.Broken, "it began an upload without saying where");
            return null;
        }
    }

    private async Task<HttpResponseMessage> PutAsync(HttpContent content, string range, CancellationToken cancellationToken)
    {
        content.Headers.ContentRange = ContentRangeHeaderValue.Parse(range);
        var session = _session!;
        try
        {
            return await _connection.SendAsync(
                _ => new HttpRequestMessage(HttpMethod.Put, session) { Content = content },
                [HttpStatusCode.PermanentRedirect, HttpStatusCode.PreconditionFailed],
                cancellationToken).ConfigureAwait(false);
        }
        catch (GcsFault fault) when (fault.Status is HttpStatusCode.NotFound or HttpStatusCode.Gone)
        {
            _session = null; // The service forgot it: from the beginning.
            throw new GcsFault(GcsFaultKind.Broken, "it forgot the upload", fault);
        }
    }

    private static long Arrived(HttpResponseMessage state) =>
        state.Headers.TryGetValues("Range", out var values)
        && values.FirstOrDefault() is { } range
        && long.TryParse(range.AsSpan(range.IndexOf('-', StringComparison.Ordinal) + 1), CultureInfo.InvariantCulture, out var last)
            ? last + 1
            : 0;

    /// <summary>
    /// The name is taken. By what we send, if a try before had an effect whose answer got lost; false where it is taken by what the next try
    /// replaces: also by the same bytes of a lower epoch, which somebody between the two might replace.
    /// </summary>
    private async Task<bool> IsThereAsync(CancellationToken cancellationToken)
    {
        using var response = await _connection.SendAsync(
            service =>
            {
                var get = service.Objects.Get(_bucket, _name);
                get.Fields = "generation,size,crc32c,metadata";
                return get.CreateRequest(false);
            },
            [HttpStatusCode.NotFound],
            cancellationToken).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode)
        {
            _replaced = 0;
            throw new GcsFault(GcsFaultKind.Busy, "the object that had its name is gone");
        }

        var there = await _connection.ReadAsync<GcsObject>(response, cancellationToken).ConfigureAwait(false);
        var epoch = EpochOf(there);
        if (epoch < _epoch)
        {
            _replaced = there.Generation
                ?? throw new GcsFault(GcsFaultKind.Refused, "it does not say which generation of the object it has");
            return false;
        }

        return there.Size == (ulong)_length && there.Crc32c == _checksum
            ? true
            : throw new StorageConflictException(
                $"The bucket {_bucket} has other bytes under the name {_name}, of epoch {epoch}; these are of epoch {_epoch}: "
                + "they were left as they are.")
            {
                IsOvertaken = epoch > _epoch,
            };
    }

    private static long EpochOf(GcsObject stored) =>
        stored.Metadata?.TryGetValue(EpochKey, out var written) == true
        && long.TryParse(written, NumberStyles.None, CultureInfo.InvariantCulture, out var epoch)
            ? epoch
            : 0;

    private async Task DeleteAsync(GcsObject stored, CancellationToken cancellationToken)
    {
        using var response = await _connection.SendAsync(
            service =>
            {
                var delete = service.Objects.Delete(_bucket, _name);
                delete.Generation = stored.Generation;
                return delete.CreateRequest(false);
            },
            [HttpStatusCode.NotFound],
            cancellationToken).ConfigureAwait(false);
    }

    private string UploadUri(StorageService service, string type)
    {
        var query = string.Create(
            CultureInfo.InvariantCulture,
            $"uploadType={type}&ifGenerationMatch={_replaced}&fields=generation,size,crc32c&prettyPrint=false");
        return new Uri(new Uri(service.BaseUri), $"/upload/storage/v1/b/{Uri.EscapeDataString(_bucket)}/o?{query}").AbsoluteUri;
    }

    private string Metadata(StorageService service) => service.SerializeObject(new GcsObject
    {
        Name = _name,
        ContentType = GcsContentTypes.Of(_name),
        CacheControl = GcsContentTypes.CacheControlOf(_name),
        Crc32c = _checksum,
        Metadata = _epoch == 0
            ? null
            : new Dictionary<string, string> { [EpochKey] = _epoch.ToString(CultureInfo.InvariantCulture) },
    });
}
