using System.Buffers;
using FsCheck;
using FsCheck.Fluent;
using Streaming.Pipeline.Rtmp;
using Streaming.Pipeline.Rtmp.Chunks;
using Streaming.Pipeline.Rtmp.Messages;
using static Streaming.Pipeline.Tests.Rtmp.Chunks.ChunkBytes;

namespace Streaming.Pipeline.Tests.Rtmp.Chunks;

public sealed class ChunkReaderTests
{
    private static readonly byte[] Conversation =
    [
        .. Type0(3, 1000, 3, 8, 1, 1, 2, 3),
        .. Type2(3, 20, 4, 5, 6),
        .. Type3(3, 7, 8, 9),
        .. Type0(400, 0xFFFFFF, 200, 9, 1, [.. Bytes(0x01000000), .. new byte[128]]),
        .. Type3(3, 10, 11, 12),
        .. Type3(400, [.. Bytes(0x01000000), .. new byte[72]]),
        .. Type1(4, 5, 0, 8),
    ];

    /// <summary>RTMP 1.0 §5.3.2.1: four audio messages of the same size, 20 ms apart.</summary>
    [Fact]
    public void Example1OfTheSpecification_GivesFourMessages() => Assert.Equal(
        [1000u, 1020, 1040, 1060],
        Times(
            Type0(3, 1000, 32, 8, 12345, new byte[32]),
            Type2(3, 20, new byte[32]),
            Type3(3, new byte[32]),
            Type3(3, new byte[32])));

    /// <summary>RTMP 1.0 §5.3.2.2: a message of 307 bytes in chunks of 128.</summary>
    [Fact]
    public void Example2OfTheSpecification_GivesOneMessage()
    {
        var body = Enumerable.Range(0, 307).Select(i => (byte)i).ToArray();
        var message = Assert.Single(Read(
            Type0(4, 1000, 307, 9, 12346, body[..128]),
            Type3(4, body[128..256]),
            Type3(4, body[256..])));
        Assert.Equal((RtmpMessageType.Video, 12346u, 1000u), (message.Type, message.StreamId, message.TimestampMs));
        Assert.Equal(body, message.Body);
    }

    [Fact]
    public void Conversation_CutAtEveryByte_IsTheSame()
    {
        var whole = Read(Reader(), Conversation);
        Assert.Equal(6, whole.Count);
        for (var cut = 0; cut <= Conversation.Length; cut++)
        {
            Assert.Equal(whole, Read(Reader(), Conversation, cut), SameMessage);
        }
    }

    [Fact]
    public void Conversation_ByteByByte_IsTheSame() => Assert.Equal(
        Read(Reader(), Conversation),
        Read(Reader(), Conversation, Enumerable.Range(1, Conversation.Length - 1)),
        SameMessage);

    [Fact]
    public void Conversation_InSegmentsOfOneByte_IsTheSame()
    {
        var reader = Reader();
        var buffer = SegmentsOf(Conversation, 1);
        var times = new List<uint>();
        while (reader.TryRead(ref buffer, out var message))
        {
            times.Add(message.TimestampMs);
            message.Release();
        }

        Assert.Equal([1000u, 1020, 1040, 1060, 0x01000000, 5], times);
        Assert.True(buffer.IsEmpty);
    }

    [Fact]
    public void Conversation_Truncated_GivesOnlyWholeMessages()
    {
        var whole = Read(Reader(), Conversation);
        for (var end = 0; end < Conversation.Length; end++)
        {
            var reader = Reader();
            var some = Read(reader, Conversation.AsSpan(0, end));
            Assert.Equal(whole.Take(some.Count), some, SameMessage);
            Assert.True(some.Count < whole.Count);
            reader.DiscardAll();
            Assert.Equal(0, reader.Held);
        }
    }

    [Fact]
    public void AnyMessages_WrittenThenRead_AreTheSame()
    {
        var messages =
            from type in Gen.Elements<byte>(8, 9, 18, 22)
            from id in Gen.Elements(3, 4, 6, 63, 64, 320, 65_599)
            from time in Gen.OneOf(
                Gen.Choose(0, int.MaxValue).Select(t => (uint)t),
                Gen.Elements<uint>(0xFFFFFE, 0xFFFFFF, 0x1000000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF))
            from length in Gen.Frequency((40, Gen.Choose(0, 300)), (1, Gen.Choose(0, 120_000)))
            from seed in Gen.Choose(0, 255)
            select (Id: id, Message: new ReadMessage(
                (RtmpMessageType)type, (uint)seed, time, [.. Enumerable.Range(seed, length).Select(i => (byte)(i * 7))]));
        var cases = from list in messages.ListOf()
                    from size in Gen.Elements(1, 127, 128, 4096, 65_536, 0xFFFFFF)
                    from segment in Gen.Elements(5, 31, 4096)
                    select (Messages: list, Size: size, Segment: segment);
        var largest = 0;
        Prop.ForAll(cases.ToArbitrary(), given =>
        {
            var output = new ArrayBufferWriter<byte>();
            foreach (var (id, m) in given.Messages)
            {
                ChunkWriter.Write(output, id, m.Type, m.StreamId, m.TimestampMs, m.Body, given.Size);
                largest = Math.Max(largest, m.Body.Length);
            }

            var reader = Reader();
            reader.SetChunkSize((uint)given.Size);
            var buffer = SegmentsOf(output.WrittenSpan.ToArray(), given.Segment);
            foreach (var (_, expected) in given.Messages)
            {
                Assert.True(reader.TryRead(ref buffer, out var m));
                var got = new ReadMessage(m.Type, m.StreamId, m.TimestampMs, m.Body.ToArray());
                Assert.True(SameMessage.Equals(expected, got));
                m.Release();
            }

            Assert.True(buffer.IsEmpty);
            Assert.Equal(0, reader.Held);
        }).QuickCheckThrowOnFailure();
        Assert.True(largest > 40_000, "the generator yields no message that makes the array grow");
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(0x80000000u)]
    public void SetChunkSize_OutOfRange_IsAProtocolError(uint size) =>
        Assert.Throws<RtmpProtocolException>(() => Reader().SetChunkSize(size));

    [Fact]
    public void SetChunkSize_AtTheLimit_IsTaken()
    {
        var reader = Reader(new RtmpLimits { ChunkSizeMax = 4096 });
        reader.SetChunkSize(4096);
        Assert.Throws<RtmpProtocolException>(() => reader.SetChunkSize(4097));
    }

    [Fact]
    public void Message_AtTheLimit_IsReadAndAboveItRefused()
    {
        var limits = new RtmpLimits { MessageLengthMax = 1024, CommandLengthMax = 512 };
        Assert.Empty(Read(Reader(limits), Type0(4, 0, 1024, 9, 1)));
        Assert.Throws<RtmpProtocolException>(() => Read(Reader(limits), Type0(4, 0, 1025, 9, 1)));
        Assert.Empty(Read(Reader(limits), Type0(4, 0, 512, 20, 1)));
        Assert.Throws<RtmpProtocolException>(() => Read(Reader(limits), Type0(4, 0, 513, 20, 1)));
    }

    [Fact]
    public void Media_BeforeThePublication_IsBoundByTheCommandLimit() => Assert.Throws<RtmpProtocolException>(
        () => Read(new ChunkReader(new RtmpLimits { CommandLengthMax = 512 }), Type0(4, 0, 513, 9, 1)));

    [Fact]
    public void PartialMessages_BeforeThePublication_HoldNoMoreThanTwoCommands()
    {
        var limits = new RtmpLimits { ChunkStreamsMax = 1000 };
        var reader = new ChunkReader(limits);
        reader.SetChunkSize(1);
        Assert.Throws<RtmpProtocolException>(() =>
        {
            for (var id = 64; id < 1000; id++)
            {
                Read(reader, Type0(id, 0, limits.CommandLengthMax, 20, 0, 1));
                Assert.InRange(reader.Held, 1, 2 * limits.CommandLengthMax);
            }
        });
        reader.DiscardAll();
    }

    [Fact]
    public void Messages_InSteadyState_AllocateNothing()
    {
        var output = new ArrayBufferWriter<byte>();
        for (var i = 0u; i < 100; i++)
        {
            ChunkWriter.Write(output, 6, RtmpMessageType.Video, 1, 40 * i, new byte[10_000], 4096);
            ChunkWriter.Write(output, 4, RtmpMessageType.Audio, 1, 40 * i, new byte[300], 4096);
        }

        var chunks = SegmentsOf(output.WrittenSpan.ToArray(), 4096);
        var reader = Reader();
        reader.SetChunkSize(4096);
        ReadAll(reader, chunks);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var count = ReadAll(reader, chunks);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal((200, 0), (count, allocated));
    }

    private static int ReadAll(ChunkReader reader, ReadOnlySequence<byte> chunks)
    {
        var count = 0;
        for (; reader.TryRead(ref chunks, out var message); count++)
        {
            message.Release();
        }

        return count;
    }

    [Fact]
    public void ChunkStreams_AtTheLimit_AreTakenAndOneMoreRefused()
    {
        var reader = Reader(new RtmpLimits { ChunkStreamsMax = 4 });
        foreach (var id in (int[])[3, 63, 64, 65_599, 3])
        {
            Read(reader, Type0(id, 0, 0, 8, 1));
        }

        Assert.Throws<RtmpProtocolException>(() => Read(reader, Type0(5, 0, 0, 8, 1)));
    }

    [Fact]
    public void PartialMessages_AboveTheLimitTogether_AreRefused()
    {
        var reader = Reader(new RtmpLimits { PartialLengthMax = 65_536 });
        reader.SetChunkSize(1);
        Read(reader, [.. Type0(4, 0, 40_000, 9, 1, 1), .. Type0(5, 0, 20_000, 9, 1, 1)]);
        Assert.Equal(65_536, reader.Held);
        Assert.Throws<RtmpProtocolException>(() => Read(reader, Type0(6, 0, 20, 9, 1, 1)));
        reader.DiscardAll();
    }

    [Fact]
    public void Abort_OfAPartialMessage_StartsAnew()
    {
        var reader = Reader();
        Read(reader, Type0(4, 0, 200, 9, 1, new byte[128]));
        Assert.NotEqual(0, reader.Held);
        reader.Abort(4);
        Assert.Equal(0, reader.Held);
        var message = Assert.Single(Read(reader, Type3(4, new byte[128]).Concat(Type3(4, new byte[72])).ToArray()));
        Assert.Equal(200, message.Body.Length);
    }

    [Theory]
    [InlineData(99u)]
    [InlineData(0xFFFFFFFFu)]
    public void Abort_OfAnUnknownChunkStream_DoesNothing(uint id) => Reader().Abort(id);

    internal static IEqualityComparer<ReadMessage> SameMessage { get; } = EqualityComparer<ReadMessage>.Create(
        (a, b) => (a!.Type, a.StreamId, a.TimestampMs) == (b!.Type, b.StreamId, b.TimestampMs)
            && a.Body.AsSpan().SequenceEqual(b.Body));

    internal static ReadOnlySequence<byte> SegmentsOf(byte[] bytes, int size)
    {
        Segment? first = null;
        Segment? last = null;
        for (var start = 0; start < bytes.Length; start += size)
        {
            last = new Segment(bytes.AsMemory(start, Math.Min(size, bytes.Length - start)), last);
            first ??= last;
        }

        return first is null ? default : new ReadOnlySequence<byte>(first, 0, last!, last!.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, Segment? previous)
        {
            Memory = memory;
            if (previous is not null)
            {
                previous.Next = this;
                RunningIndex = previous.RunningIndex + previous.Memory.Length;
            }
        }
    }
}
