using System.Net;
using System.Net.Http.Headers;

namespace Streaming.Pipeline.Storage.Gcs;

/// <summary>
/// An object's bytes on their way to the service, from where they are: nothing is put together first. Can be sent more than once.
/// </summary>
/// <param name="pieces">The object's bytes in order.</param>
/// <param name="from">Bytes of them that are not sent, because they have arrived.</param>
/// <param name="length">All their bytes.</param>
internal sealed class GcsUploadContent(IReadOnlyList<ReadOnlyMemory<byte>> pieces, long from, long length) : HttpContent
{
    private ReadOnlyMemory<byte> _head;
    private ReadOnlyMemory<byte> _tail;

    /// <summary>
    /// The object and what is said about it in one body (multipart/related, RFC 2387). The boundary is a new one each time: who
    /// broadcasts chooses the bytes, and could write one that he knows.
    /// </summary>
    public static GcsUploadContent WithMetadata(
        string metadata, string contentType, IReadOnlyList<ReadOnlyMemory<byte>> pieces, long length)
    {
        var boundary = Guid.NewGuid().ToString("N");
        var content = new GcsUploadContent(pieces, 0, length)
        {
            _head = Utf8(
                $"--{boundary}\r\nContent-Type: application/json; charset=utf-8\r\n\r\n{metadata}\r\n"
                + $"--{boundary}\r\nContent-Type: {contentType}\r\n\r\n"),
            _tail = Utf8($"\r\n--{boundary}--\r\n"),
        };
        content.Headers.ContentType = new MediaTypeHeaderValue("multipart/related");
        content.Headers.ContentType.Parameters.Add(new NameValueHeaderValue("boundary", boundary));
        return content;
    }

    protected override bool TryComputeLength(out long computed)
    {
        computed = _head.Length + (length - from) + _tail.Length;
        return true;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(_head, cancellationToken).ConfigureAwait(false);
        var left = from;
        foreach (var piece in pieces)
        {
            var skipped = (int)Math.Min(left, piece.Length);
            left -= skipped;
            if (skipped < piece.Length)
            {
                await stream.WriteAsync(piece[skipped..], cancellationToken).ConfigureAwait(false);
                await EventThread.LeaveAsync().ConfigureAwait(false);
            }
        }

        await stream.WriteAsync(_tail, cancellationToken).ConfigureAwait(false);
    }

    private static byte[] Utf8(string text) => System.Text.Encoding.UTF8.GetBytes(text);
}
