using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Streaming.Pipeline.Rtmp;
using Streaming.Pipeline.Rtmp.Handshake;

namespace Streaming.Pipeline.Tests.Rtmp.Handshake;

public sealed class ServerHandshakeTests
{
    private const int PacketLength = 1536;
    private const int DigestLength = 32;

    private static readonly byte[] SharedKey = Convert.FromHexString(
        "F0EEC24A8068BEE82E00D0D1029E7E576EEC5D2D29806FAB93B8E636CFEB31AE");

    private static readonly byte[] ClientKey = Encoding.ASCII.GetBytes("Genuine Adobe Flash Player 001");
    private static readonly byte[] ServerKey = Encoding.ASCII.GetBytes("Genuine Adobe Flash Media Server 001");

    [Fact]
    public void SimpleHandshake_IsAnsweredWithTheEchoOfC1()
    {
        var c1 = RandomNumberGenerator.GetBytes(PacketLength);
        c1.AsSpan(4, 4).Clear();
        var answer = Answer(c1);
        Assert.Equal(3, answer[0]);
        Assert.Equal(new byte[4], answer[5..9]);
        Assert.Equal(c1[..4], answer[1537..1541]);
        Assert.Equal(c1[8..], answer[1545..]);
    }

    [Theory]
    [InlineData(8)]
    [InlineData(772)]
    public void DigestHandshake_OfEachScheme_IsAnsweredWithDigestsOfThatScheme(int block)
    {
        var c1 = RandomNumberGenerator.GetBytes(PacketLength);
        c1[4] = 128;
        var digest = Digest(c1, block, ClientKey);
        digest.CopyTo(c1, Position(c1, block));

        var answer = Answer(c1);
        var s1 = answer[1..1537];
        var s2 = answer[1537..];
        Assert.NotEqual(new byte[4], s1[4..8]);
        Assert.Equal(Digest(s1, block, ServerKey), s1[Position(s1, block)..][..DigestLength]);
        var key = HMACSHA256.HashData((byte[])[.. ServerKey, .. SharedKey], digest);
        Assert.Equal(HMACSHA256.HashData(key, s2[..^DigestLength]), s2[^DigestLength..]);
    }

    [Fact]
    public void C1WithVersionButNoDigest_GetsTheSimpleHandshake()
    {
        var c1 = new byte[PacketLength];
        c1[4] = 9;
        Assert.Equal(c1[8..], Answer(c1)[1545..]);
    }

    [Fact]
    public void Handshake_CutAtEveryByte_Completes()
    {
        byte[] bytes = [3, .. new byte[PacketLength], .. Enumerable.Repeat((byte)7, PacketLength), 0xAA];
        foreach (var cut in Enumerable.Range(0, bytes.Length))
        {
            var handshake = new ServerHandshake();
            var output = new ArrayBufferWriter<byte>();
            var buffer = new ReadOnlySequence<byte>(bytes, 0, cut);
            var done = handshake.TryComplete(ref buffer, output, 0);
            Assert.Equal(cut >= bytes.Length - 1, done);
            if (!done)
            {
                var start = cut - (int)buffer.Length;
                buffer = new ReadOnlySequence<byte>(bytes, start, bytes.Length - start);
                Assert.True(handshake.TryComplete(ref buffer, output, 0));
                Assert.Equal(1, buffer.Length);
            }

            Assert.Equal(1 + (2 * PacketLength), output.WrittenCount);
        }
    }

    [Theory]
    [InlineData(3)]
    [InlineData(0)]
    [InlineData(31)]
    public void VersionsBelow32_AreAnsweredWith3(byte version) => Assert.Equal(3, Answer(new byte[PacketLength], version)[0]);

    [Theory]
    [InlineData(6, "RTMPE")]
    [InlineData(22, "TLS")]
    [InlineData((byte)'G', "not RTMP")]
    [InlineData(32, "not RTMP")]
    public void ForeignProtocol_IsRefusedAtItsFirstByte(byte first, string reason)
    {
        var exception = Assert.Throws<RtmpProtocolException>(() =>
        {
            var buffer = new ReadOnlySequence<byte>([first]);
            new ServerHandshake().TryComplete(ref buffer, new ArrayBufferWriter<byte>(), 0);
        });
        Assert.Contains(reason, exception.Message, StringComparison.Ordinal);
    }

    private static byte[] Answer(byte[] c1, byte version = 3)
    {
        var buffer = new ReadOnlySequence<byte>([version, .. c1]);
        var output = new ArrayBufferWriter<byte>();
        Assert.False(new ServerHandshake().TryComplete(ref buffer, output, 0));
        return output.WrittenSpan.ToArray();
    }

    private static int Position(byte[] packet, int block) =>
        block + 4 + ((packet[block] + packet[block + 1] + packet[block + 2] + packet[block + 3]) % 728);

    private static byte[] Digest(byte[] packet, int block, byte[] key)
    {
        var position = Position(packet, block);
        return HMACSHA256.HashData(key, (byte[])[.. packet[..position], .. packet[(position + DigestLength)..]]);
    }
}
