using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;

namespace Streaming.BucketUploads;

/// <summary>
/// Takes uploads of Cloud Storage's JSON API as its client expects it, and keeps nothing. In a process of its own: what it costs is not
/// counted.
/// </summary>
internal static class Sink
{
    private static readonly byte[] BlankLine = "\r\n\r\n"u8.ToArray();

    public static async Task RunAsync(int port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        var app = builder.Build();
        app.MapPost("/upload/storage/v1/b/{bucket}/o", async context =>
        {
            if (context.Request.Query["uploadType"] == "resumable")
            {
                await context.Request.Body.CopyToAsync(Stream.Null);
                context.Response.Headers.Location = $"http://127.0.0.1:{port}/upload/storage/v1/b/x/o?upload_id=1";
                return;
            }

            await TakeAsync(context, isMultipart: true);
        });
        app.MapPut("/upload/storage/v1/b/{bucket}/o", context => TakeAsync(context, isMultipart: false));
        await app.RunAsync();
    }

    private static async Task TakeAsync(HttpContext context, bool isMultipart)
    {
        var length = (int)context.Request.ContentLength!.Value;
        var body = ArrayPool<byte>.Shared.Rent(length);
        await context.Request.Body.ReadExactlyAsync(body.AsMemory(0, length));
        var (from, to) = (0, length);
        if (isMultipart)
        {
            // The media is the second part; behind it stands the boundary once more.
            var metadata = body.AsSpan(0, length).IndexOf(BlankLine) + BlankLine.Length;
            from = metadata + body.AsSpan(metadata, length - metadata).IndexOf(BlankLine) + BlankLine.Length;
            var boundary = body.AsSpan().IndexOf("\r\n"u8);
            to = length - "\r\n".Length - boundary - "--\r\n".Length;
        }

        var media = body.AsSpan(from, to - from);
        var answer = string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"kind":"storage#object","name":"x","generation":"1","size":"{{media.Length}}","crc32c":"{{ChecksumOf(media)}}"}""");
        ArrayPool<byte>.Shared.Return(body);
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = Encoding.ASCII.GetByteCount(answer);
        await context.Response.WriteAsync(answer);
    }

    private static string ChecksumOf(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (var word in words)
        {
            crc = BitOperations.Crc32C(crc, word);
        }

        foreach (var value in bytes[(words.Length * sizeof(ulong))..])
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        var written = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(written, ~crc);
        return Convert.ToBase64String(written);
    }
}
