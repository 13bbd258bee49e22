using FsCheck;
using FsCheck.Fluent;
using Streaming.Pipeline.Rtmp.Chunks;
using Streaming.Pipeline.Rtmp.Messages;

namespace Streaming.Pipeline.Tests.Rtmp.Chunks;

public sealed class ChunkHeaderTests
{
    /// <summary>RTMP 1.0 §5.3.2.1, the first chunk of the example: audio on chunk stream 3.</summary>
    [Fact]
    public void Type0_BytesOfTheSpecification_AreRead()
    {
        byte[] bytes =
        [
            0b00_000011, // fmt 0, chunk stream 3
            0x00, 0x03, 0xE8, // timestamp 1000
            0x00, 0x00, 0x20, // message length 32
            0x08, // audio
            0x39, 0x30, 0x00, 0x00, // message stream 12345, little-endian
        ];

        Assert.True(ChunkHeader.TryRead(bytes, out var header, out var length));
        Assert.Equal(new ChunkHeader(0, 3, 1000, 32, RtmpMessageType.Audio, 12345), header);
        Assert.Equal(bytes.Length, length);
    }

    [Theory]
    [InlineData(2, new byte[] { 0b11_000010 })]
    [InlineData(63, new byte[] { 0b11_111111 })]
    [InlineData(64, new byte[] { 0b11_000000, 0 })]
    [InlineData(319, new byte[] { 0b11_000000, 255 })]
    [InlineData(320, new byte[] { 0b11_000001, 0, 1 })]
    [InlineData(65_599, new byte[] { 0b11_000001, 255, 255 })]
    public void BasicHeader_OfEachSize_IsReadAndWritten(int chunkStreamId, byte[] bytes)
    {
        Assert.True(ChunkHeader.TryRead(bytes, out var header, out var length));
        Assert.Equal((3, chunkStreamId, bytes.Length), (header.Format, header.ChunkStreamId, length));
        var written = new byte[ChunkHeader.LengthMax];
        Assert.Equal(bytes, written[..header.Write(written)]);
    }

    [Fact]
    public void AnyHeader_WrittenThenRead_IsTheSame()
    {
        var headers =
            from format in Gen.Choose(0, 3)
            from id in Gen.Choose(2, 65_599)
            from timestamp in Gen.Choose(0, 0xFFFFFF)
            from length in Gen.Choose(0, 0xFFFFFF)
            from type in Gen.Choose(0, 255)
            from stream in Gen.Choose(int.MinValue, int.MaxValue)
            select new ChunkHeader(
                format,
                id,
                format <= 2 ? (uint)timestamp : 0,
                format <= 1 ? length : 0,
                format <= 1 ? (RtmpMessageType)type : 0,
                format == 0 ? (uint)stream : 0);
        Prop.ForAll(headers.ToArbitrary(), header =>
        {
            var bytes = new byte[ChunkHeader.LengthMax];
            var written = header.Write(bytes);
            for (var cut = 0; cut < written; cut++)
            {
                Assert.False(ChunkHeader.TryRead(bytes.AsSpan(0, cut), out _, out _));
            }

            Assert.True(ChunkHeader.TryRead(bytes.AsSpan(0, written), out var read, out var length));
            Assert.Equal((header, written), (read, length));
        }).QuickCheckThrowOnFailure();
    }
}
