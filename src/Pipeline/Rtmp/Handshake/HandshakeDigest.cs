using System.Security.Cryptography;

namespace Streaming.Pipeline.Rtmp.Handshake;

/// <summary>Where in a handshake packet the digest block lies; the other half is the key block.</summary>
internal enum DigestScheme
{
    /// <summary>The key block comes first: the digest block starts at byte 772.</summary>
    KeyFirst,

    /// <summary>The digest block starts at byte 8.</summary>
    DigestFirst,
}

/// <summary>
/// The HMAC-SHA256 that Flash Player 9 and later hide in C1 and expect in S1 and S2. It is in no specification; the
/// layout is the one that librtmp, FFmpeg (rtmpproto.c) and nginx-rtmp agree on.
/// </summary>
internal static class HandshakeDigest
{
    public const int Length = HMACSHA256.HashSizeInBytes;

    /// <summary>A block is four bytes of offset and 760 bytes that hold the digest at that offset.</summary>
    private const int OffsetLength = 4;

    private const int PositionsCount = 760 - Length;

    /// <summary>The end of both keys, known to both sides; the text before it is what each side shows openly.</summary>
    private static ReadOnlySpan<byte> SharedKey =>
    [
        0xF0, 0xEE, 0xC2, 0x4A, 0x80, 0x68, 0xBE, 0xE8, 0x2E, 0x00, 0xD0, 0xD1, 0x02, 0x9E, 0x7E, 0x57,
        0x6E, 0xEC, 0x5D, 0x2D, 0x29, 0x80, 0x6F, 0xAB, 0x93, 0xB8, 0xE6, 0x36, 0xCF, 0xEB, 0x31, 0xAE,
    ];

    private static ReadOnlySpan<byte> ClientText => "Genuine Adobe Flash Player 001"u8;

    private static ReadOnlySpan<byte> ServerText => "Genuine Adobe Flash Media Server 001"u8;

    /// <summary>Finds the client's digest in C1, or says null: it wants the simple handshake.</summary>
    public static DigestScheme? FindInC1(ReadOnlySpan<byte> c1, Span<byte> digest)
    {
        foreach (var scheme in (ReadOnlySpan<DigestScheme>)[DigestScheme.DigestFirst, DigestScheme.KeyFirst])
        {
            var position = Position(c1, scheme);
            Compute(c1, position, ClientText, digest);
            if (CryptographicOperations.FixedTimeEquals(digest, c1.Slice(position, Length)))
            {
                return scheme;
            }
        }

        return null;
    }

    /// <summary>Puts the server's digest into S1, whose other bytes must be final.</summary>
    public static void SignS1(Span<byte> s1, DigestScheme scheme)
    {
        Span<byte> digest = stackalloc byte[Length];
        var position = Position(s1, scheme);
        Compute(s1, position, ServerText, digest);
        digest.CopyTo(s1[position..]);
    }

    /// <summary>Puts the answer to the client's digest at the end of S2, whose other bytes must be final.</summary>
    public static void SignS2(Span<byte> s2, ReadOnlySpan<byte> clientDigest)
    {
        Span<byte> key = stackalloc byte[Length];
        HMACSHA256.HashData([.. ServerText, .. SharedKey], clientDigest, key);
        HMACSHA256.HashData(key, s2[..^Length], s2[^Length..]);
    }

    private static int Position(ReadOnlySpan<byte> packet, DigestScheme scheme)
    {
        var block = scheme is DigestScheme.DigestFirst ? 8 : 772;
        var offset = packet[block] + packet[block + 1] + packet[block + 2] + packet[block + 3];
        return block + OffsetLength + (offset % PositionsCount);
    }

    /// <summary>The digest of all bytes but those at its own place.</summary>
    private static void Compute(ReadOnlySpan<byte> packet, int position, ReadOnlySpan<byte> key, Span<byte> digest)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        hmac.AppendData(packet[..position]);
        hmac.AppendData(packet[(position + Length)..]);
        hmac.GetHashAndReset(digest);
    }
}
