using Streaming.Pipeline.Rtmp;
using Streaming.Pipeline.Rtmp.Messages;
using static Streaming.Pipeline.Tests.Rtmp.Chunks.ChunkBytes;

namespace Streaming.Pipeline.Tests.Rtmp.Chunks;

/// <summary>What real encoders do to the chunk layer, and what is made of it.</summary>
public sealed class BrokenChunkTests
{
    private const uint Extended = 0xFFFFFF;

    // 4 h 39 min: the timestamps grow out of 24 bits.
    [Fact]
    public void ExtendedTimestamp_FromTheFirstThatNeedsIt_IsRead() => Assert.Equal(
        [0xFFFFFEu, 0xFFFFFF, 0x1000000],
        Times(
            Type0(4, 0xFFFFFE, 1, 8, 1, 1),
            Type0(4, Extended, 1, 8, 1, [.. Bytes(0xFFFFFF), 1]),
            Type0(4, Extended, 1, 8, 1, [.. Bytes(0x1000000), 1])));

    [Fact]
    public void ExtendedTimestamp_DeltasOverTheEdge_AddUp() => Assert.Equal(
        [0xFFFFF0u, 0x1000004, 0x1000018],
        Times(Type0(4, 0xFFFFF0, 1, 8, 1, 1), Type1(4, 20, 1, 8, 1), Type3(4, 1)));

    [Fact]
    public void ExtendedTimestamp_MissingInContinuations_IsNotTakenFromThePayload()
    {
        var body = Enumerable.Range(0, 300).Select(i => (byte)i).ToArray();
        var message = Assert.Single(Read(
            Type0(6, Extended, 300, 9, 1, [.. Bytes(0x1000000), .. body[..128]]), Type3(6, body[128..256]), Type3(6, body[256..])));
        Assert.Equal(body, message.Body);
    }

    [Fact]
    public void ExtendedTimestamp_MissingBeforeALastPieceOfThreeBytes_DoesNotWaitForMore()
    {
        var message = Assert.Single(Read(
            Type0(6, Extended, 131, 9, 1, [.. Bytes(0x1000000), .. new byte[128]]), Type3(6, 7, 8, 9)));
        Assert.Equal([7, 8, 9], message.Body[128..]);
    }

    [Fact]
    public void ExtendedTimestamp_PresentInContinuations_IsConsumedAndNotAdded()
    {
        var body = Enumerable.Range(0, 300).Select(i => (byte)i).ToArray();
        var time = Bytes(0x1000000);
        var messages = Read(
            Type0(6, Extended, 300, 9, 1, [.. time, .. body[..128]]),
            Type3(6, [.. time, .. body[128..256]]),
            Type3(6, [.. time, .. body[256..]]),
            Type1(6, 40, 1, 9, 1));
        Assert.Equal(body, messages[0].Body);
        Assert.Equal([0x1000000u, 0x1000028], messages.Select(m => m.TimestampMs));
    }

    [Fact]
    public void ExtendedTimestamp_InType1AsAbsolute_IsTakenForAbsolute() => Assert.Equal(
        [0xFFFFF0u, 0x1000010, 0x1000030, 0x1000050],
        Times(
            Type0(4, 0xFFFFF0, 1, 8, 1, 1),
            Type1(4, Extended, 1, 8, [.. Bytes(0x1000010), 1]),
            Type2(4, Extended, [.. Bytes(0x1000030), 1]),
            Type2(4, Extended, [.. Bytes(0x1000050), 1])));

    [Fact]
    public void ExtendedTimestamp_InType1AsDelta_IsTakenForDelta() => Assert.Equal(
        [11_000u, 11_000 + 17_000_000],
        Times(Type0(4, 11_000, 1, 8, 1, 1), Type1(4, Extended, 1, 8, [.. Bytes(17_000_000), 1])));

    [Fact]
    public void NegativeDelta_AsUnsigned32Bit_StepsBack() => Assert.Equal(
        [1000u, 984, 1004],
        Times(
            Type0(4, 1000, 1, 8, 1, 1),
            Type1(4, Extended, 1, 9, [.. Bytes(unchecked((uint)-16)), 1]),
            Type1(4, 20, 1, 8, 1)));

    [Theory]
    [InlineData(0u, 0u)]
    [InlineData(40u, 80u)]
    [InlineData(1000u, 2000u)]
    [InlineData(1001u, 1001u)]
    [InlineData(5_000_000u, 5_000_000u)]
    public void Type3AfterType0_StartingAMessage_TakesThePlausibleDelta(uint first, uint second) =>
        Assert.Equal([first, second], Times(Type0(4, first, 1, 8, 1, 1), Type3(4, 1)));

    [Fact]
    public void Type1_FirstOnItsChunkStream_CountsFromZero()
    {
        var message = Assert.Single(Read(Type1(2, 0, 6, 4, 0, 7, 0, 0, 0, 9)));
        Assert.Equal((RtmpMessageType.UserControl, 0u, 0u), (message.Type, message.StreamId, message.TimestampMs));
    }

    [Fact]
    public void Type2OrType3_FirstOnItsChunkStream_IsAProtocolError()
    {
        Assert.Throws<RtmpProtocolException>(() => Read(Type2(5, 0, 1)));
        Assert.Throws<RtmpProtocolException>(() => Read(Type3(5, 1)));
    }

    [Fact]
    public void InterleavedMessages_AreTakenApart()
    {
        var messages = Read(
            Type0(6, 40, 200, 9, 1, Enumerable.Repeat((byte)6, 128).ToArray()),
            Type0(4, 30, 130, 8, 1, Enumerable.Repeat((byte)4, 128).ToArray()),
            Type3(6, Enumerable.Repeat((byte)6, 72).ToArray()),
            Type3(4, 4, 4));
        Assert.Equal([RtmpMessageType.Video, RtmpMessageType.Audio], messages.Select(m => m.Type));
        Assert.All(messages[0].Body, b => Assert.Equal(6, b));
        Assert.All(messages[1].Body, b => Assert.Equal(4, b));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(70_000)]
    public void SetChunkSize_BetweenTheChunksOfAnotherMessage_HoldsForTheNext(int size)
    {
        var reader = Reader();
        Assert.Empty(Read(reader, Type0(6, 0, 100_128, 9, 1, new byte[128])));
        reader.SetChunkSize((uint)size);
        var rest = new byte[100_000];
        Random.Shared.NextBytes(rest);
        var message = Assert.Single(Read(reader, [.. rest.Chunk(size).SelectMany(piece => Type3(6, piece))]));
        Assert.Equal(rest, message.Body[128..]);
    }

    [Fact]
    public void ContinuationWithTheSameHeader_GoesOnWithTheMessage()
    {
        var message = Assert.Single(Read(
            Type0(6, 40, 200, 9, 1, new byte[128]), Type1(6, 0, 200, 9, new byte[72])));
        Assert.Equal((200, 40u), (message.Body.Length, message.TimestampMs));
    }

    [Fact]
    public void NewHeaderWithinAMessage_StartsOver()
    {
        var reader = Reader();
        var message = Assert.Single(Read(
            reader, [.. Type0(6, 40, 200, 9, 1, new byte[128]), .. Type0(6, 80, 2, 9, 1, 1, 2)]));
        Assert.Equal((2, 80u), (message.Body.Length, message.TimestampMs));
        Assert.Equal(0, reader.Held);
    }

    [Fact]
    public void LengthThatLies_ClaimsLittleMemory()
    {
        var reader = Reader();
        for (var id = 3; id < 60; id++)
        {
            Read(reader, Type0(id, 0, 8 << 20, 9, 1, 1));
        }

        Assert.InRange(reader.Held, 57, 57 * 32_768);
        reader.DiscardAll();
    }

    [Fact]
    public void EndlessFragments_HoldNoMoreThanTheMessage()
    {
        var reader = Reader();
        reader.SetChunkSize(1);
        Read(reader, Type0(4, 0, 1 << 20, 9, 1, 1));
        for (var i = 0; i < 100_000; i++)
        {
            Read(reader, Type3(4, 1));
        }

        Assert.InRange(reader.Held, 100_000, 262_144);
        reader.DiscardAll();
    }

    [Theory]
    [InlineData(0x7FFFFFF0u)]
    [InlineData(0xFFFFFFF0u)]
    public void Timestamps_OverTheWrap_GoOnModulo32Bit(uint before) => Assert.Equal(
        [before, before + 20, before + 40],
        Times(Type0(4, Extended, 1, 8, 1, [.. Bytes(before), 1]), Type1(4, 20, 1, 8, 1), Type3(4, 1)));
}
