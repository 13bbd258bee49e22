using System.Net;
using Google.Apis.Auth.OAuth2;
using Google.Apis.Auth.OAuth2.Responses;
using Google.Apis.Requests;
using Google.Apis.Storage.v1;
using Google.Cloud.Storage.V1;

namespace Streaming.Pipeline.Storage.Gcs;

/// <summary>
/// The way to the service: the library's client, with credentials and connections of its own, made at the first use. Sends requests
/// once, and tells what they fail of.
/// </summary>
/// <param name="options">Where it is.</param>
/// <param name="connectionsMax">Connections at a time.</param>
/// <param name="credentials">Finds who we are; not asked for an emulator.</param>
internal sealed class GcsConnection(
    GcsOptions options, int connectionsMax, Func<CancellationToken, Task<GoogleCredential>> credentials) : IDisposable
{
    // Of an answer that refuses.
    private const int ErrorLengthMax = 16 * 1024;

    private static readonly string[] RateLimits = ["rateLimitExceeded", "userRateLimitExceeded"];

    private readonly SemaphoreSlim _connecting = new(1, 1);
    private StorageClient? _client;

    /// <summary>Requests of the JSON API, and what they answer.</summary>
    public async ValueTask<StorageService> ServiceAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _client) is { } known)
        {
            return known.Service;
        }

        await _connecting.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var client = _client ?? await ConnectAsync(cancellationToken).ConfigureAwait(false);
            Volatile.Write(ref _client, client);
            return client.Service;
        }
        finally
        {
            _connecting.Release();
        }
    }

    /// <summary>Sends a request and returns the answer when its headers are there.</summary>
    /// <param name="make">Makes the request.</param>
    /// <param name="expected">Answers besides successes that are not a fault.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="GcsFault">The answer is another one.</exception>
    public async Task<HttpResponseMessage> SendAsync(
        Func<StorageService, HttpRequestMessage> make, HttpStatusCode[] expected, CancellationToken cancellationToken)
    {
        var service = await ServiceAsync(cancellationToken).ConfigureAwait(false);
        using var request = make(service);
        var response = await SendAsync(service, request, cancellationToken).ConfigureAwait(false);
        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        try
        {
            var error = await ErrorAsync(service, response, cancellationToken).ConfigureAwait(false);
            if (IsBucketMissing(response.StatusCode, error))
            {
                throw new GcsFault(GcsFaultKind.NoBucket, error.Message) { Status = response.StatusCode };
            }

            return expected.Contains(response.StatusCode) ? response : throw Fault(response, error);
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    /// <summary>Sends a request for something of that type.</summary>
    public async Task<T> ReadAsync<T>(Func<StorageService, HttpRequestMessage> make, CancellationToken cancellationToken)
        where T : class
    {
        using var response = await SendAsync(make, [], cancellationToken).ConfigureAwait(false);
        return await ReadAsync<T>(response, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What an answer holds.</summary>
    public async Task<T> ReadAsync<T>(HttpResponseMessage response, CancellationToken cancellationToken)
        where T : class
    {
        var service = await ServiceAsync(cancellationToken).ConfigureAwait(false);
        var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (body.ConfigureAwait(false))
        {
            using var whole = new MemoryStream();
            await body.CopyToAsync(whole, cancellationToken).ConfigureAwait(false);
            whole.Position = 0;
            try
            {
                return service.Serializer.Deserialize<T>(whole) ?? throw new GcsFault(GcsFaultKind.Broken, "its answer was empty");
            }
            catch (Newtonsoft.Json.JsonException e)
            {
                throw new GcsFault(GcsFaultKind.Broken, "its answer cannot be read", e);
            }
        }
    }

    public void Dispose()
    {
        _client?.Dispose();
        _connecting.Dispose();
    }

    /// <summary>
    /// The library's own detection of an emulator is left alone: it takes the host for the API's address, without the API's path.
    /// </summary>
    private async Task<StorageClient> ConnectAsync(CancellationToken cancellationToken) => await new StorageClientBuilder
    {
        BaseUri = options.Endpoint is { } endpoint ? new Uri(endpoint, "/storage/v1/").AbsoluteUri : null,
        UnauthenticatedAccess = options.IsEmulator,
        GoogleCredential = options.IsEmulator ? null : await credentials(cancellationToken).ConfigureAwait(false),
        HttpClientFactory = new GcsHttpClientFactory(connectionsMax),
        ApplicationName = "AkkaStreaming",
    }.BuildAsync(cancellationToken).ConfigureAwait(false);

    private static async Task<HttpResponseMessage> SendAsync(
        StorageService service, HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return await service.HttpClient.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (TokenResponseException e)
        {
            var kind = e.StatusCode is { } status && IsBusy(status) ? GcsFaultKind.Busy : GcsFaultKind.Unknown;
            throw new GcsFault(kind, $"no token: {e.Error?.Error} {e.Error?.ErrorDescription}".Trim(), e) { Status = e.StatusCode };
        }
        catch (Exception e) when (e is SubjectTokenException or InvalidOperationException)
        {
            throw new GcsFault(GcsFaultKind.Unknown, e.Message, e); // Of credentials that cannot be used here.
        }
    }

    private static async Task<RequestError> ErrorAsync(
        StorageService service, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            await response.Content.LoadIntoBufferAsync(ErrorLengthMax, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return new RequestError(); // Longer than any that the service gives, or cut off: its status says enough.
        }

        // Answers about media are a line of text.
        if (response.Content.Headers.ContentType?.MediaType == "application/json")
        {
            try
            {
                if (await service.DeserializeError(response).ConfigureAwait(false) is { } error)
                {
                    return error;
                }
            }
            catch (Exception e) when (e is Google.GoogleApiException or Newtonsoft.Json.JsonException)
            {
                // It says nothing that can be read.
            }
        }

        return new RequestError { Message = await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false) };
    }

    private static GcsFault Fault(HttpResponseMessage response, RequestError error)
    {
        var status = response.StatusCode;
        var kind = status switch
        {
            _ when IsBusy(status) || IsRateLimit(error) => GcsFaultKind.Busy,
            HttpStatusCode.Unauthorized => GcsFaultKind.Unknown,
            HttpStatusCode.Forbidden => GcsFaultKind.Forbidden,
            HttpStatusCode.BadRequest when IsAboutChecksum(error) => GcsFaultKind.Damaged,
            _ => GcsFaultKind.Refused,
        };
        return new GcsFault(kind, string.IsNullOrWhiteSpace(error.Message) ? response.ReasonPhrase ?? "" : error.Message)
        {
            Status = status,
            RetryAfter = response.Headers.RetryAfter?.Delta,
        };
    }

    private static bool IsBusy(HttpStatusCode status) =>
        status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests || (int)status >= 500;

    private static bool IsRateLimit(RequestError error) => error.Errors?.Any(inner => RateLimits.Contains(inner.Reason)) == true;

    /// <summary>The checksum that was sent is not that of the bytes that arrived.</summary>
    private static bool IsAboutChecksum(RequestError error) =>
        error.Message?.Contains("CRC32C", StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>An object that is missing, and one of a missing bucket, are answered by the same status.</summary>
    private static bool IsBucketMissing(HttpStatusCode status, RequestError error) => status == HttpStatusCode.NotFound
        && error.Message?.Contains("bucket does not exist", StringComparison.OrdinalIgnoreCase) == true;
}
