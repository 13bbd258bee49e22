using System.Buffers;
using System.Diagnostics;
using System.Net;

namespace Streaming.Viewers;

/// <summary>Gets playlists and segments and measures how long it takes, from the request to the last byte.</summary>
internal sealed class Fetcher(HttpClient http, Measurements measurements)
{
    private const int ReadSize = 64 * 1024;

    /// <summary>A playlist's text; null when it could not be had, which is counted as an error.</summary>
    public async Task<string?> GetPlaylistAsync(Uri uri, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        var (status, text) = await GetAsync(
            uri, static (content, token) => content.ReadAsStringAsync(token), cancellationToken);
        if (status != HttpStatusCode.OK)
        {
            measurements.AddError($"{uri}: {Describe(status)}");
            return null;
        }

        measurements.AddPlaylist(Stopwatch.GetElapsedTime(began));
        return text;
    }

    /// <summary>Downloads a segment. What a status other than 200 means is for the caller to say; null: no answer.</summary>
    public async Task<HttpStatusCode?> GetSegmentAsync(Uri uri, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        var (status, length) = await GetAsync(uri, static async (content, token) =>
        {
            await using var body = await content.ReadAsStreamAsync(token);
            var buffer = ArrayPool<byte>.Shared.Rent(ReadSize);
            try
            {
                var total = 0L;
                for (int read; (read = await body.ReadAsync(buffer, token)) > 0;)
                {
                    total += read;
                }

                return total;
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }, cancellationToken);
        if (status != HttpStatusCode.OK)
        {
            return status;
        }

        measurements.AddSegment(Stopwatch.GetElapsedTime(began), length);
        if (length == 0)
        {
            measurements.AddError($"{uri}: empty");
        }

        return status;
    }

    public static string Describe(HttpStatusCode? status) => status is { } code ? $"status {(int)code}" : "no answer";

    private async Task<(HttpStatusCode? Status, T? Content)> GetAsync<T>(
        Uri uri, Func<HttpContent, CancellationToken, Task<T>> readAsync, CancellationToken cancellationToken)
    {
        if (!ViewerOptions.IsLoopback(uri))
        {
            throw new InvalidOperationException($"{uri} is not on this machine");
        }

        try
        {
            using var response = await http.GetAsync(uri, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            return response.StatusCode == HttpStatusCode.OK
                ? (response.StatusCode, await readAsync(response.Content, cancellationToken))
                : (response.StatusCode, default);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException
            || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return (null, default);
        }
    }
}
