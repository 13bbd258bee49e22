using System.Buffers.Binary;
using Streaming.Pipeline.Thumbnails;

namespace Streaming.Pipeline.Tests.Thumbnails;

/// <summary>The beginning of a segment in storage, whole and broken.</summary>
public sealed class FirstChunkTests
{
    private static readonly byte[] Chunk = [.. Box("moof", 20), .. Box("mdat", 30)];

    [Fact]
    public async Task Segment_OfSeveralChunks_GivesTheFirst()
    {
        using var segment = new MemoryStream([.. Chunk, .. Box("moof", 20), .. Box("mdat", 40)]);
        Assert.Equal(Chunk, await FirstChunk.ReadAsync(segment, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Segment_CutAnywhere_GivesNothing()
    {
        for (var length = 0; length < Chunk.Length; length++)
        {
            using var segment = new MemoryStream(Chunk, 0, length);
            Assert.Null(await FirstChunk.ReadAsync(segment, TestContext.Current.CancellationToken));
        }
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(7u)]
    [InlineData(1000u)]
    [InlineData(uint.MaxValue)]
    public async Task Box_OfALengthThatCannotBe_GivesNothing(uint length)
    {
        var broken = Chunk.ToArray();
        BinaryPrimitives.WriteUInt32BigEndian(broken, length);
        using var segment = new MemoryStream(broken);
        Assert.Null(await FirstChunk.ReadAsync(segment, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public async Task Chunk_AtTheLimit_IsReadAndBeyondItIsNot(int beyond, bool isRead)
    {
        using var segment = new MemoryStream([.. Box("moof", 20), .. Box("mdat", FirstChunk.LengthMax - 20 + beyond)]);
        Assert.Equal(isRead, await FirstChunk.ReadAsync(segment, TestContext.Current.CancellationToken) is not null);
    }

    private static byte[] Box(string type, int length)
    {
        var box = new byte[length];
        BinaryPrimitives.WriteInt32BigEndian(box, length);
        System.Text.Encoding.ASCII.GetBytes(type, box.AsSpan(4));
        return box;
    }
}
