using System.Buffers;
using Streaming.Gateway.Connections;

namespace Streaming.Gateway.Playback;

/// <summary>Response bodies that never change: sent from where they are, memory or file, copied by nobody.</summary>
internal static class LentBody
{
    // Below it, a copy into the block that has the headers costs less than one more piece to send.
    private const int LengthMin = 8 * 1024;

    // A flush has to end before Kestrel loses patience (Limits.MinResponseDataRate), on slow connections too.
    private const int FlushLength = 256 * 1024;

    // Of what is read from a disk.
    private const int BufferLength = 64 * 1024;

    /// <summary>Writes a body, whose length was told.</summary>
    public static Task WriteAsync(HttpContext context, ReadOnlyMemory<byte> body)
    {
        if (body.Length >= LengthMin)
        {
            return WriteAsync(context, [body], new ByteRange(0, body.Length));
        }

        var writing = context.Response.BodyWriter.WriteAsync(body);
        return writing.IsCompletedSuccessfully ? Task.CompletedTask : writing.AsTask();
    }

    /// <summary>
    /// Writes a range of a body that is made up of these pieces, whose length was told. It takes no token: a flush ends with its
    /// connection.
    /// </summary>
    public static async Task WriteAsync(HttpContext context, IEnumerable<ReadOnlyMemory<byte>> pieces, ByteRange range)
    {
        var body = context.Response.BodyWriter;
        var output = range.Length < LengthMin ? null : context.Features.Get<SocketOutput>();
        if (output is not null)
        {
            await context.Response.StartAsync();
        }

        var position = 0L;
        foreach (var piece in pieces)
        {
            var start = Math.Max(range.From, position) - position;
            var end = Math.Min(range.To, position + piece.Length) - position;
            position += piece.Length;
            if (start >= end)
            {
                continue;
            }

            var wanted = piece[(int)start..(int)end];
            if (output is null)
            {
                await body.WriteAsync(wanted);
                continue;
            }

            body.GetMemory();
            output.Lend(wanted);
            body.Advance(wanted.Length);
            if (output.UnflushedBytes >= FlushLength)
            {
                await body.FlushAsync();
            }
        }

        if (output is { UnflushedBytes: > 0 })
        {
            await body.FlushAsync();
        }
    }

    /// <summary>
    /// Writes a range of a stream, whose length was told: read in the thread pool, a buffer at a time, which is sent from where it
    /// is. A viewer who reads nothing holds one buffer.
    /// </summary>
    public static async Task WriteAsync(HttpContext context, Stream content, ByteRange range)
    {
        var body = context.Response.BodyWriter;
        var output = context.Features.Get<SocketOutput>();
        await context.Response.StartAsync();
        content.Position = range.From;
        var buffer = ArrayPool<byte>.Shared.Rent(BufferLength);
        for (var left = range.Length; left > 0;)
        {
            var length = await content.ReadAsync(buffer.AsMemory(0, (int)Math.Min(left, BufferLength)));
            if (length == 0)
            {
                break; // It became shorter; Kestrel notices that bytes are missing.
            }

            left -= length;
            if (output is null)
            {
                body.Write(buffer.AsSpan(0, length));
            }
            else
            {
                body.GetMemory();
                output.Lend(buffer.AsMemory(0, length));
                body.Advance(length);
            }

            if ((await body.FlushAsync()).IsCompleted)
            {
                break; // Nobody is there any more.
            }
        }

        // Not in a finally: what failed may have left it lent.
        ArrayPool<byte>.Shared.Return(buffer);
    }

    /// <summary>Whether this connection can send files without a copy.</summary>
    public static bool TakesFiles(HttpContext context) => context.Features.Get<SocketOutput>() is not null;

    /// <summary>Writes a range of a file, whose length was told, on a connection that <see cref="TakesFiles"/>.</summary>
    public static async Task WriteAsync(HttpContext context, FileStream file, ByteRange range)
    {
        var output = context.Features.Get<SocketOutput>()!;
        var body = context.Response.BodyWriter;
        await context.Response.StartAsync();
        for (var from = range.From; from < range.To; from += FlushLength)
        {
            var length = (int)Math.Min(range.To - from, FlushLength);
            body.GetMemory();
            output.Lend(file, from, length);
            body.Advance(length);
            await body.FlushAsync();
        }
    }
}
