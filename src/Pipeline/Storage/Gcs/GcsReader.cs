using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Google.Apis.Storage.v1;

namespace Streaming.Pipeline.Storage.Gcs;

/// <summary>Reads objects: each as it was when it was opened, whatever becomes of the connection.</summary>
internal sealed class GcsReader(GcsConnection connection, GcsOptions options, GcsRetry retry)
{
    /// <summary>The object, whose first bytes are under way; null when there is none.</summary>
    public async Task<Stream?> OpenAsync(string name, TimeSpan deadline, CancellationToken cancellationToken)
    {
        var call = Call(name) with { Deadline = deadline };
        var response = await retry.RunAsync(call, token => GetAsync(name, 0, null, token), cancellationToken).ConfigureAwait(false);
        if (response is null)
        {
            return null;
        }

        var info = new GcsObjectInfo(
            name,
            response.Content.Headers.ContentLength!.Value,
            long.TryParse(Header(response, "x-goog-generation"), CultureInfo.InvariantCulture, out var generation) ? generation : null,
            ChecksumOf(Header(response, "x-goog-hash")));
        return new GcsReadStream(this, retry, info, response);
    }

    public GcsCall Call(string name) => new($"read {name}", options.ReadDeadline, options.RequestTimeout);

    /// <summary>Asks for the object's bytes from a place on; null when it is not there.</summary>
    /// <exception cref="GcsFault">It did not succeed.</exception>
    public async Task<HttpResponseMessage?> GetAsync(
        string name, long from, long? generation, CancellationToken cancellationToken)
    {
        var response = await connection.SendAsync(
            service =>
            {
                var request = new HttpRequestMessage(HttpMethod.Get, MediaUri(service, name, generation));
                if (from > 0)
                {
                    request.Headers.Range = new RangeHeaderValue(from, null);
                }

                return request;
            },
            [HttpStatusCode.NotFound],
            cancellationToken).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.NotFound)
        {
            response.Dispose();
            return null;
        }

        if (from > 0 && response.Content.Headers.ContentRange?.From != from)
        {
            response.Dispose();
            throw new GcsFault(GcsFaultKind.Broken, "it answered with other bytes than those that were asked for");
        }

        if (response.Content.Headers.ContentLength is null)
        {
            response.Dispose();
            throw new GcsFault(GcsFaultKind.Refused, "it does not say how long the object is");
        }

        return response;
    }

    private string MediaUri(StorageService service, string name, long? generation)
    {
        var which = generation is { } known ? string.Create(CultureInfo.InvariantCulture, $"&generation={known}") : "";
        return $"{service.BaseUri}b/{Uri.EscapeDataString(options.Bucket)}/o/{Uri.EscapeDataString(name)}?alt=media{which}";
    }

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? string.Join(',', values) : null;

    /// <summary>Of <c>crc32c=…,md5=…</c>.</summary>
    private static string? ChecksumOf(string? hashes) => hashes?.Split(',', StringSplitOptions.TrimEntries)
        .FirstOrDefault(static hash => hash.StartsWith("crc32c=", StringComparison.Ordinal))?["crc32c=".Length..];
}
