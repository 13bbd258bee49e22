using System.Buffers.Binary;
using System.Text;
using Streaming.Pipeline.Cmaf;

namespace Streaming.Pipeline.Tests.Cmaf;

/// <summary>Chunks in a segment in storage, whole and broken.</summary>
public sealed class CmafChunksTests
{
    private static readonly byte[] Segment =
    [
        .. Box("moof", 20), .. Box("mdat", 30),
        .. Box("moof", 24), .. Box("mdat", 8),
        .. Box("moof", 20),
    ];

    [Theory]
    [InlineData(0, 0, 50)]
    [InlineData(1, 50, 82)]
    public async Task Chunk_OfThatIndex_IsFound(int index, long from, long to)
    {
        using var segment = new MemoryStream(Segment);
        Assert.Equal((from, to), await CmafChunks.FindAsync(segment, index, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(2)] // Its mdat is missing.
    [InlineData(int.MaxValue)]
    [InlineData(-1)]
    public async Task Chunk_ThatThereIsNot_IsNotFound(int index)
    {
        using var segment = new MemoryStream(Segment);
        Assert.Null(await CmafChunks.FindAsync(segment, index, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Segment_CutAnywhere_GivesWhatIsWhole()
    {
        for (var length = 0; length < Segment.Length; length++)
        {
            using var segment = new MemoryStream(Segment, 0, length);
            Assert.Equal(length >= 50, await CmafChunks.FindAsync(segment, 0, TestContext.Current.CancellationToken) is not null);
            Assert.Equal(length >= 82, await CmafChunks.FindAsync(segment, 1, TestContext.Current.CancellationToken) is not null);
        }
    }

    private static byte[] Box(string type, int length)
    {
        var box = new byte[length];
        BinaryPrimitives.WriteInt32BigEndian(box, length);
        Encoding.ASCII.GetBytes(type, box.AsSpan(4));
        return box;
    }
}
