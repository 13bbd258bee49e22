using System.Runtime.CompilerServices;
using Google.Apis.Storage.v1.Data;

namespace Streaming.Pipeline.Storage.Gcs;

/// <summary>Lists what is in the bucket, a page of a thousand at a time.</summary>
internal sealed class GcsListing(GcsConnection connection, GcsOptions options, GcsRetry retry)
{
    private const string Delimiter = "/";

    /// <summary>Names of the folders right below <paramref name="prefix"/>.</summary>
    public async IAsyncEnumerable<string> FoldersAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var pages = PagesAsync(prefix, Delimiter, "nextPageToken,prefixes", cancellationToken);
        await foreach (var page in pages.ConfigureAwait(false))
        {
            foreach (var folder in page.Prefixes ?? [])
            {
                yield return folder[prefix.Length..].TrimEnd('/');
            }
        }
    }

    /// <summary>Everything below <paramref name="prefix"/>, in pages.</summary>
    public async IAsyncEnumerable<IReadOnlyList<StoredObject>> ObjectsAsync(
        string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var pages = PagesAsync(prefix, null, "nextPageToken,items(name,size)", cancellationToken);
        await foreach (var page in pages.ConfigureAwait(false))
        {
            yield return [.. (page.Items ?? []).Select(static item => new StoredObject(item.Name, (long)(item.Size ?? 0)))];
        }
    }

    private async IAsyncEnumerable<Objects> PagesAsync(
        string prefix, string? delimiter, string fields, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var call = new GcsCall($"list {prefix}", options.ReadDeadline, options.RequestTimeout);
        string? next = null;
        do
        {
            var from = next;
            var page = await retry.RunAsync(
                call, token => PageAsync(prefix, delimiter, fields, from, token), cancellationToken).ConfigureAwait(false);
            yield return page;
            next = page.NextPageToken;
        }
        while (!string.IsNullOrEmpty(next));
    }

    private Task<Objects> PageAsync(
        string prefix, string? delimiter, string fields, string? from, CancellationToken cancellationToken) =>
        connection.ReadAsync<Objects>(
            service =>
            {
                var list = service.Objects.List(options.Bucket);
                (list.Prefix, list.Delimiter, list.PageToken, list.Fields) = (prefix, delimiter, from, fields);
                return list.CreateRequest(false);
            },
            cancellationToken);
}
