namespace Streaming.Pipeline.Storage.Gcs;

/// <summary>
/// An object as a stream. A connection that breaks is followed by another one, from the next byte on and of the same generation. The
/// checksum is compared where all of it is read in order: the last bytes of what was damaged are not given.
/// </summary>
/// <param name="reader">Asks for bytes.</param>
/// <param name="retry">Asks again.</param>
/// <param name="info">Which object.</param>
/// <param name="first">The answer that has it from its first byte on.</param>
internal sealed class GcsReadStream(GcsReader reader, GcsRetry retry, GcsObjectInfo info, HttpResponseMessage first) : Stream
{
    // What lies so far ahead is read and thrown away rather than asked for: a request takes longer.
    private const int SkipMax = 256 * 1024;

    private HttpResponseMessage? _response = first;
    private Stream? _body;
    private long _bodyAt;
    private long _position;
    private Crc32C _checksum;
    private long _checked;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => info.Length;

    public override long Position
    {
        get => _position;
        set => _position = value >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(value));
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty || _position >= info.Length)
        {
            return 0;
        }

        var wanted = buffer[..(int)Math.Min(buffer.Length, info.Length - _position)];
        var length = await retry.RunAsync(
            reader.Call(info.Name), token => TryReadAsync(wanted, token), cancellationToken).ConfigureAwait(false);
        _position += length;
        return length;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Nobody's thread waits for a network.</summary>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("It is read asynchronously.");

    public override long Seek(long offset, SeekOrigin origin) => Position = offset + origin switch
    {
        SeekOrigin.Begin => 0,
        SeekOrigin.Current => _position,
        _ => info.Length,
    };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Leave();
        }

        base.Dispose(disposing);
    }

    private async Task<int> TryReadAsync(Memory<byte> wanted, CancellationToken cancellationToken)
    {
        try
        {
            var body = await BodyAsync(cancellationToken).ConfigureAwait(false);
            while (_bodyAt < _position)
            {
                // What is skipped may as well be written where something else comes in a moment.
                var skipped = await body.ReadAsync(
                    wanted[..(int)Math.Min(wanted.Length, _position - _bodyAt)], cancellationToken).ConfigureAwait(false);
                Count(wanted.Span[..RequireSome(skipped)]);
            }

            var length = RequireSome(await body.ReadAsync(wanted, cancellationToken).ConfigureAwait(false));
            Count(wanted.Span[..length]);
            return length;
        }
        catch
        {
            Leave();
            throw;
        }
    }

    /// <summary>Where the bytes come from, at the position or a little before.</summary>
    private async Task<Stream> BodyAsync(CancellationToken cancellationToken)
    {
        if (_response is not null && (_bodyAt > _position || _position - _bodyAt > SkipMax))
        {
            Leave();
        }

        if (_response is null)
        {
            _response = await reader.GetAsync(info.Name, _position, info.Generation, cancellationToken).ConfigureAwait(false)
                ?? throw new StorageUnavailableException($"{info.Name} was deleted while it was read.");
            _bodyAt = _position;
            if (_bodyAt == 0)
            {
                (_checked, _checksum) = (0, default);
            }
        }

        return _body ??= await _response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
    }

    private static int RequireSome(int length) =>
        length > 0 ? length : throw new GcsFault(GcsFaultKind.Broken, "the answer ended before its end");

    /// <summary>Bytes have come.</summary>
    private void Count(ReadOnlySpan<byte> bytes)
    {
        if (_checked == _bodyAt)
        {
            _checksum.Append(bytes);
            _checked += bytes.Length;
        }

        _bodyAt += bytes.Length;
        if (_checked == info.Length && info.Checksum is { } expected && _checksum.ToString() != expected)
        {
            throw new GcsFault(GcsFaultKind.Corrupt, "what came has another checksum than the object");
        }
    }

    private void Leave()
    {
        _body?.Dispose();
        _response?.Dispose();
        (_body, _response, _bodyAt) = (null, null, 0);
    }
}
