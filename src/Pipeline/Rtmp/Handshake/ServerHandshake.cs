using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Streaming.Pipeline.Rtmp.Handshake;

/// <summary>
/// The server's side of the handshake. RTMP 1.0 §5.2. C0 and C1 are answered with S0, S1 and S2 at once; C2 is awaited,
/// but what it says is not looked at, since encoders exist that do not echo S1.
/// </summary>
internal sealed class ServerHandshake
{
    /// <summary>Length of C1, S1, C2 and S2.</summary>
    public const int PacketLength = 1536;

    public const byte Version = 3;

    private bool _isAnswered;

    /// <summary>Server version in S1 that says that a digest is there: of Flash Media Server 4.5.</summary>
    private static ReadOnlySpan<byte> ServerVersion => [4, 5, 0, 1];

    /// <summary>
    /// Takes what it can off the buffer and answers it. True when the handshake is done and what is left are chunks.
    /// </summary>
    public bool TryComplete(ref ReadOnlySequence<byte> buffer, IBufferWriter<byte> output, uint timeMs)
    {
        if (!_isAnswered)
        {
            Span<byte> c1 = stackalloc byte[PacketLength];
            if (!TryReadC0C1(ref buffer, c1))
            {
                return false;
            }

            WriteS0S1S2(output, c1, timeMs);
            _isAnswered = true;
        }

        if (buffer.Length < PacketLength)
        {
            return false;
        }

        buffer = buffer.Slice(PacketLength);
        return true;
    }

    /// <summary>Reads C0 and C1. A foreign protocol is recognised by its first byte, however few come.</summary>
    private static bool TryReadC0C1(ref ReadOnlySequence<byte> buffer, Span<byte> c1)
    {
        var reader = new SequenceReader<byte>(buffer);
        if (!reader.TryRead(out var version))
        {
            return false;
        }

        if (Refusal(version) is { } refusal)
        {
            throw new RtmpProtocolException(refusal);
        }

        if (!reader.TryCopyTo(c1))
        {
            return false;
        }

        buffer = buffer.Slice(1 + PacketLength);
        return true;
    }

    private static void WriteS0S1S2(IBufferWriter<byte> output, ReadOnlySpan<byte> c1, uint timeMs)
    {
        var answer = output.GetSpan(1 + (2 * PacketLength))[..(1 + (2 * PacketLength))];
        answer[0] = Version;
        var s1 = answer.Slice(1, PacketLength);
        var s2 = answer[(1 + PacketLength)..];
        RandomNumberGenerator.Fill(s1[8..]);
        BinaryPrimitives.WriteUInt32BigEndian(s1, timeMs);

        Span<byte> clientDigest = stackalloc byte[HandshakeDigest.Length];
        if (ClientVersion(c1) != 0 && HandshakeDigest.FindInC1(c1, clientDigest) is { } scheme)
        {
            ServerVersion.CopyTo(s1[4..]);
            HandshakeDigest.SignS1(s1, scheme);
            RandomNumberGenerator.Fill(s2);
            HandshakeDigest.SignS2(s2, clientDigest);
        }
        else
        {
            s1[4..8].Clear();
            c1.CopyTo(s2);
            BinaryPrimitives.WriteUInt32BigEndian(s2[4..], timeMs);
        }

        output.Advance(answer.Length);
    }

    /// <summary>The bytes that the specification wants to be zero, and that are not where there is a digest.</summary>
    private static uint ClientVersion(ReadOnlySpan<byte> c1) => BinaryPrimitives.ReadUInt32BigEndian(c1[4..]);

    /// <summary>Why a version is refused; all others are answered with ours. §5.2.2.</summary>
    private static string? Refusal(byte version) => version switch
    {
        6 or 8 or 9 => "RTMPE is not supported, use RTMP or RTMPS",
        22 => "a TLS connection came to the port of plain RTMP",
        >= 32 => $"this is not RTMP: the first byte is 0x{version:x2}",
        _ => null,
    };
}
