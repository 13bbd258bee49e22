using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Streaming.Pipeline.Tests.Storage.Gcs;

/// <content>The requests of the JSON API.</content>
internal sealed partial class FakeGcs
{
    private void Map()
    {
        _app.UseRouting();
        _app.MapPost("/upload/storage/v1/b/{bucket}/o", context => context.Request.Query["uploadType"].ToString() switch
        {
            "multipart" => AnswerAsync(context, FakeRequest.Upload, "", fault => UploadAsync(context, fault)),
            "media" => AnswerAsync(context, FakeRequest.Upload, "", fault => UploadMediaAsync(context, fault)),
            "resumable" => AnswerAsync(context, FakeRequest.BeginUpload, "", _ => BeginUploadAsync(context)),
            _ => RefuseAsync(context, 400, "Unknown uploadType", "invalid"),
        });
        _app.MapPut("/upload/storage/v1/b/{bucket}/o", context =>
            AnswerAsync(context, FakeRequest.PutUpload, "", fault => PutUploadAsync(context, fault)));
        _app.MapGet("/storage/v1/b/{bucket}/o", context =>
            AnswerAsync(context, FakeRequest.List, context.Request.Query["prefix"].ToString(), _ => ListAsync(context)));
        _app.MapGet("/storage/v1/b/{bucket}/o/{name}", context => context.Request.Query["alt"] == "media"
            ? AnswerAsync(context, FakeRequest.Read, NameOf(context), fault => ReadAsync(context, fault))
            : AnswerAsync(context, FakeRequest.Get, NameOf(context), _ => GetAsync(context)));
        _app.MapDelete("/storage/v1/b/{bucket}/o/{name}", context =>
            AnswerAsync(context, FakeRequest.Delete, NameOf(context), _ => DeleteAsync(context)));
    }

    private static string NameOf(HttpContext context) => Uri.UnescapeDataString((string)context.Request.RouteValues["name"]!);

    private async Task UploadAsync(HttpContext context, FakeFault? fault)
    {
        var boundary = MediaTypeHeaderValue.Parse(context.Request.ContentType).Boundary.Value!;
        var reader = new MultipartReader(boundary, context.Request.Body);
        var metadata = await reader.ReadNextSectionAsync();
        var upload = await FakeUpload.ReadAsync(metadata!.Body, context.Request);
        var media = await reader.ReadNextSectionAsync();
        await media!.Body.CopyToAsync(upload.Arrived);
        await StoreAsync(context, upload with { ContentType = upload.ContentType ?? media.ContentType }, upload.Arrived.ToArray(), fault);
    }

    private async Task UploadMediaAsync(HttpContext context, FakeFault? fault)
    {
        var upload = new FakeUpload(
            context.Request.Query["name"]!, context.Request.ContentType, null, null, null, FakeUpload.ReplacedBy(context.Request));
        await context.Request.Body.CopyToAsync(upload.Arrived);
        await StoreAsync(context, upload, upload.Arrived.ToArray(), fault);
    }

    private async Task BeginUploadAsync(HttpContext context)
    {
        var upload = await FakeUpload.ReadAsync(context.Request.Body, context.Request);
        if (!MayStore(upload))
        {
            await RefuseAsync(context, 412, "At least one of the pre-conditions you specified did not hold.", "conditionNotMet");
            return;
        }

        var id = Guid.NewGuid().ToString("N");
        _uploads[id] = upload;
        context.Response.Headers.Location = $"{Address}upload/storage/v1/b/{Bucket}/o?uploadType=resumable&upload_id={id}";
    }

    private async Task PutUploadAsync(HttpContext context, FakeFault? fault)
    {
        if (!_uploads.TryGetValue(context.Request.Query["upload_id"].ToString(), out var upload))
        {
            await RefuseAsync(context, 404, "No such upload", "notFound");
            return;
        }

        if (upload.Stored is { } done)
        {
            await context.Response.WriteAsJsonAsync(Describe(done));
            return;
        }

        var range = ContentRangeHeaderValue.Parse(context.Request.Headers.ContentRange.ToString());
        if (range.From is { } from)
        {
            if (from != upload.Arrived.Length)
            {
                await RefuseAsync(context, 400, $"{upload.Arrived.Length} bytes have arrived, and these begin at {from}.", "invalid");
                return;
            }

            if (!await TakesAsync(context, upload, fault))
            {
                return;
            }
        }

        if (upload.Arrived.Length == range.Length)
        {
            await StoreAsync(context, upload, upload.Arrived.ToArray(), fault);
            return;
        }

        context.Response.StatusCode = 308;
        if (upload.Arrived.Length > 0)
        {
            context.Response.Headers.Range = $"bytes=0-{upload.Arrived.Length - 1}";
        }
    }

    /// <summary>Takes the body; false when the connection breaks before its end.</summary>
    private static async Task<bool> TakesAsync(HttpContext context, FakeUpload upload, FakeFault? fault)
    {
        if (fault?.Kind != FakeFaultKind.BreakMidway)
        {
            await context.Request.Body.CopyToAsync(upload.Arrived);
            return true;
        }

        var kept = new byte[fault.Bytes];
        await context.Request.Body.ReadExactlyAsync(kept);
        upload.Arrived.Write(kept);
        context.Abort();
        return false;
    }

    private async Task StoreAsync(HttpContext context, FakeUpload upload, byte[] bytes, FakeFault? fault)
    {
        var damaged = fault?.Kind == FakeFaultKind.Damage;
        if (damaged)
        {
            bytes[0] ^= 1;
        }

        var checksum = FakeObject.ChecksumOf(bytes);
        if (!damaged && upload.Checksum is not null && upload.Checksum != checksum)
        {
            await RefuseAsync(
                context, 400, $"Provided CRC32C \"{upload.Checksum}\" doesn't match calculated CRC32C \"{checksum}\".", "invalid");
            return;
        }

        FakeObject? stored = null;
        lock (_changing)
        {
            if (MayStore(upload))
            {
                stored = new FakeObject(upload.Name, bytes, ++_generations, upload.ContentType, upload.CacheControl, upload.Metadata);
                _objects[upload.Name] = upload.Stored = stored;
            }
        }

        await (stored is null
            ? RefuseAsync(context, 412, "At least one of the pre-conditions you specified did not hold.", "conditionNotMet")
            : context.Response.WriteAsJsonAsync(Describe(stored)));
    }

    private bool MayStore(FakeUpload upload) => upload.Replaces is null || upload.Replaces == (Find(upload.Name)?.Generation ?? 0);

    private Task GetAsync(HttpContext context) => Find(NameOf(context)) is { } stored
        ? context.Response.WriteAsJsonAsync(Describe(stored))
        : RefuseAsync(context, 404, $"No such object: {Bucket}/{NameOf(context)}", "notFound");

    private async Task ReadAsync(HttpContext context, FakeFault? fault)
    {
        var generation = context.Request.Query["generation"].ToString();
        if (Find(NameOf(context)) is not { } stored
            || (generation.Length > 0 && generation != stored.Generation.ToString(CultureInfo.InvariantCulture)))
        {
            // About media it says a line of text.
            context.Response.StatusCode = 404;
            await context.Response.WriteAsync($"No such object: {Bucket}/{NameOf(context)}");
            return;
        }

        var from = 0;
        if (context.Request.GetTypedHeaders().Range?.Ranges.SingleOrDefault() is { From: { } first })
        {
            from = (int)first;
            context.Response.StatusCode = 206;
            context.Response.GetTypedHeaders().ContentRange = new(from, stored.Bytes.Length - 1, stored.Bytes.Length);
        }

        var bytes = stored.Bytes[from..];
        if (fault?.Kind == FakeFaultKind.Damage)
        {
            bytes[0] ^= 1;
        }

        context.Response.ContentLength = bytes.Length;
        context.Response.ContentType = stored.ContentType;
        context.Response.Headers["x-goog-generation"] = stored.Generation.ToString(CultureInfo.InvariantCulture);
        context.Response.Headers["x-goog-hash"] = $"crc32c={stored.Checksum},md5=1B2M2Y8AsgTpgAmY7PhCfg==";
        if (fault?.Kind == FakeFaultKind.BreakMidway)
        {
            await context.Response.Body.WriteAsync(bytes.AsMemory(0, fault.Bytes));
            await context.Response.Body.FlushAsync();
            context.Abort();
            return;
        }

        await context.Response.Body.WriteAsync(bytes);
    }

    private Task DeleteAsync(HttpContext context)
    {
        var generation = context.Request.Query["generation"].ToString();
        lock (_changing)
        {
            if (_objects.TryGetValue(NameOf(context), out var stored)
                && (generation.Length == 0 || generation == stored.Generation.ToString(CultureInfo.InvariantCulture)))
            {
                _objects.Remove(stored.Name);
                context.Response.StatusCode = 204;
                return Task.CompletedTask;
            }
        }

        return RefuseAsync(context, 404, $"No such object: {Bucket}/{NameOf(context)}", "notFound");
    }

    private Task ListAsync(HttpContext context)
    {
        var prefix = context.Request.Query["prefix"].ToString();
        var delimiter = context.Request.Query["delimiter"].ToString();
        var after = context.Request.Query["pageToken"].ToString();

        // Objects and folders count alike, in the order of their names.
        var entries = Objects.Where(stored => stored.Name.StartsWith(prefix, StringComparison.Ordinal))
            .Select(stored => Fold(stored, prefix, delimiter))
            .Distinct()
            .Where(entry => string.CompareOrdinal(entry.Name, after) > 0)
            .ToList();
        var page = entries.Take(PageLength).ToList();
        return context.Response.WriteAsJsonAsync(new
        {
            kind = "storage#objects",
            nextPageToken = entries.Count > PageLength ? page[^1].Name : null,
            prefixes = page.Where(entry => entry.Stored is null).Select(entry => entry.Name),
            items = page.Where(entry => entry.Stored is not null).Select(entry => Describe(entry.Stored!)),
        });
    }

    /// <summary>An object, or the folder that stands for it.</summary>
    private static (string Name, FakeObject? Stored) Fold(FakeObject stored, string prefix, string delimiter)
    {
        var end = delimiter.Length > 0 ? stored.Name.IndexOf(delimiter, prefix.Length, StringComparison.Ordinal) : -1;
        return end > 0 ? (stored.Name[..(end + 1)], null) : (stored.Name, stored);
    }

    private object Describe(FakeObject stored) => new
    {
        kind = "storage#object",
        bucket = Bucket,
        name = stored.Name,
        generation = stored.Generation.ToString(CultureInfo.InvariantCulture),
        size = stored.Bytes.Length.ToString(CultureInfo.InvariantCulture),
        crc32c = stored.Checksum,
        contentType = stored.ContentType,
        cacheControl = stored.CacheControl,
        metadata = stored.Metadata,
    };
}
