using System.IO.Compression;

namespace Streaming.Gateway.Playback;

/// <summary>A manifest of one version of a timeline: written once, compressed at most once, shared by all who ask.</summary>
public sealed class ManifestBytes(byte[] plain)
{
    private byte[]? _gzip;

    public ReadOnlyMemory<byte> Plain => plain;

    /// <summary>The same, compressed by gzip (RFC 1952).</summary>
    public ReadOnlyMemory<byte> Gzip => _gzip ?? Compress();

    private byte[] Compress()
    {
        using var output = new MemoryStream();
        using (var gzip = new GZipStream(output, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(plain);
        }

        // Two at once make the same bytes; either will do.
        return _gzip = output.ToArray();
    }
}
