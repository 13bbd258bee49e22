using Streaming.Pipeline.Cmaf;
using Streaming.Pipeline.Media;
using Streaming.Pipeline.Tests.Isobmff;

namespace Streaming.Pipeline.Tests.Cmaf;

public sealed class CmafChunkBuilderTests
{
    private const int FrameDuration = 3000;

    [Fact]
    public void Chunk_VideoWithBFrames_MatchesGolden()
    {
        var builder = new CmafChunkBuilder(TestTracks.Video);
        int[] offsets = [0, 6000, 0, -3000, -3000];
        for (var index = 0; index < offsets.Length; index++)
        {
            builder.Add(new Sample(
                0x1_0000_0000 + (index * FrameDuration), offsets[index], index == 0, Payload(index + 4, (byte)index)));
        }

        var chunk = builder.Complete(7, 0x1_0000_0000 + (offsets.Length * FrameDuration)).Memory.ToArray();

        GoldenFile.AssertMatches("chunk-video.txt", BoxReader.Dump(chunk));
    }

    [Fact]
    public void Chunk_Audio_MatchesGolden()
    {
        var builder = new CmafChunkBuilder(TestTracks.Audio);
        for (var index = 0; index < 4; index++)
        {
            builder.Add(new Sample(index * 1024, 0, true, Payload(index + 3, (byte)index)));
        }

        GoldenFile.AssertMatches("chunk-audio.txt", BoxReader.Dump(builder.Complete(1, 4 * 1024).Memory.ToArray()));
    }

    [Fact]
    public void Chunk_EqualSamples_HasNoFieldsPerSample()
    {
        var builder = new CmafChunkBuilder(TestTracks.Audio);
        for (var index = 0; index < 10; index++)
        {
            builder.Add(new Sample(index * 1024, 0, true, Payload(100, (byte)index)));
        }

        var traf = BoxReader.Find(BoxReader.Read(builder.Complete(1, 10 * 1024).Memory.ToArray()), "moof/traf");

        Assert.Equal(0x020038u, traf["tfhd"].Flags);
        Assert.Equal(1024u, traf["tfhd"].UInt32At(8));
        Assert.Equal(100u, traf["tfhd"].UInt32At(12));
        Assert.Equal(0x02000000u, traf["tfhd"].UInt32At(16));
        Assert.Equal((1, 0x000001u, 12), (traf["trun"].Version, traf["trun"].Flags, traf["trun"].Body.Length));
    }

    [Theory]
    [InlineData(true, false, 0x000001 | 0x000004, 0x02000000u, 0x01010000u)]
    [InlineData(false, false, 0x000001, 0x01010000u, 0x01010000u)]
    [InlineData(true, true, 0x000001, 0x02000000u, 0x02000000u)]
    public void Chunk_SyncSamples_AreTold(bool firstIsSync, bool othersAreSync, uint trunFlags, uint first, uint others)
    {
        var builder = new CmafChunkBuilder(TestTracks.Video);
        for (var index = 0; index < 3; index++)
        {
            builder.Add(new Sample(index * 10, 0, index == 0 ? firstIsSync : othersAreSync, Payload(5, 0)));
        }

        Assert.Equal(firstIsSync, builder.Independent);
        var chunk = builder.Complete(1, 30).Memory.ToArray();

        Assert.Equal(trunFlags, BoxReader.Find(BoxReader.Read(chunk), "moof/traf/trun").Flags);
        Assert.Equal([first, others, others], BoxReader.ReadSamples(chunk).Select(sample => sample.Flags));
    }

    [Fact]
    public void Chunk_SyncSampleInTheMiddle_HasFlagsPerSample()
    {
        var builder = new CmafChunkBuilder(TestTracks.Video);
        bool[] sync = [false, true, false];
        for (var index = 0; index < 3; index++)
        {
            builder.Add(new Sample(index * 10, 0, sync[index], Payload(5, 0)));
        }

        var chunk = builder.Complete(1, 30).Memory.ToArray();

        Assert.Equal(0x000401u, BoxReader.Find(BoxReader.Read(chunk), "moof/traf/trun").Flags);
        Assert.Equal(sync, BoxReader.ReadSamples(chunk).Select(sample => sample.IsSync));
    }

    [Theory]
    [InlineData(0, 0, false)]
    [InlineData(0, -10, true)]
    [InlineData(-10, 0, true)]
    [InlineData(0, 10, true)]
    public void Chunk_CompositionOffsets_AreLeftOutOnlyWhereAllAreZero(int first, int second, bool present)
    {
        var builder = new CmafChunkBuilder(TestTracks.Video);
        builder.Add(new Sample(0, first, true, Payload(5, 0)));
        builder.Add(new Sample(10, second, false, Payload(5, 0)));

        var chunk = builder.Complete(1, 20).Memory.ToArray();

        Assert.Equal(present, (BoxReader.Find(BoxReader.Read(chunk), "moof/traf/trun").Flags & 0x000800) != 0);
        Assert.Equal([first, second], BoxReader.ReadSamples(chunk).Select(sample => sample.CompositionOffset));
    }

    [Fact]
    public void Builder_AfterComplete_BeginsAnew()
    {
        var builder = new CmafChunkBuilder(TestTracks.Video);
        builder.Add(new Sample(90, 0, true, Payload(1000, 1)));
        Assert.Equal((1, 90, 1000), (builder.Count, builder.DecodeTime, builder.PayloadLength));
        Assert.True(builder.Independent);
        var first = builder.Complete(1, 180).Memory.ToArray();
        var copy = first.ToArray();
        Assert.Equal((0, false, 0), (builder.Count, builder.Independent, builder.PayloadLength));

        builder.Add(new Sample(180, 0, false, Payload(2000, 2)));
        var second = builder.Complete(2, 270).Memory.ToArray();

        Assert.Equal(copy, first);
        var sample = Assert.Single(BoxReader.ReadSamples(second));
        Assert.Equal((180, 90u, false), (sample.DecodeTime, sample.Duration, sample.IsSync));
        Assert.Equal(Payload(2000, 2), sample.Data.ToArray());
        Assert.Equal(2u, BoxReader.Find(BoxReader.Read(second), "moof/mfhd").UInt32At(4));
    }

    [Fact]
    public void Builder_BorrowedPayload_IsCopied()
    {
        var borrowed = Payload(10, 1);
        var builder = new CmafChunkBuilder(TestTracks.Video);
        builder.Add(new Sample(0, 0, true, borrowed));
        borrowed.AsSpan().Clear();

        Assert.Equal(Payload(10, 1), BoxReader.ReadSamples(builder.Complete(1, 1).Memory.ToArray())[0].Data.ToArray());
    }

    [Theory]
    [InlineData(100)]
    [InlineData(99)]
    [InlineData(100L + uint.MaxValue + 1)]
    [InlineData(long.MinValue)]
    [InlineData(long.MaxValue)]
    public void DecodeTime_NotAfterTheLast_IsRefusedAndChangesNothing(long decodeTime)
    {
        var builder = new CmafChunkBuilder(TestTracks.Video);
        builder.Add(new Sample(100, 0, true, Payload(5, 0)));

        Assert.Throws<ArgumentException>(() => builder.Add(new Sample(decodeTime, 0, true, Payload(5, 0))));
        Assert.Throws<ArgumentException>(() => builder.Complete(1, decodeTime).Memory.ToArray());

        Assert.Equal(101u - 100, Assert.Single(BoxReader.ReadSamples(builder.Complete(1, 101).Memory.ToArray())).Duration);
    }

    [Fact]
    public void Duration_OfAllThirtyTwoBits_IsWritten()
    {
        var builder = new CmafChunkBuilder(TestTracks.Video);
        builder.Add(new Sample(100, 0, true, Payload(5, 0)));

        Assert.Equal(uint.MaxValue, BoxReader.ReadSamples(builder.Complete(1, 100L + uint.MaxValue).Memory.ToArray())[0].Duration);
    }

    [Fact]
    public void Sample_WithoutPayloadOrBeforeZero_IsRefused()
    {
        var builder = new CmafChunkBuilder(TestTracks.Video);

        Assert.Throws<ArgumentException>(() => builder.Add(new Sample(0, 0, true, default)));
        Assert.Throws<ArgumentOutOfRangeException>(() => builder.Add(new Sample(-1, 0, true, Payload(1, 0))));
        Assert.Equal(0, builder.Count);
        Assert.Throws<InvalidOperationException>(() => builder.Complete(1, 1).Memory.ToArray());
    }

    [Fact]
    public void Sample_BeyondTheLimits_IsRefused()
    {
        var builder = new CmafChunkBuilder(TestTracks.Video);
        builder.Add(new Sample(0, 0, true, new byte[CmafChunkBuilder.PayloadLengthMax - 1]));
        Assert.Throws<InvalidOperationException>(() => builder.Add(new Sample(1, 0, true, Payload(2, 0))));
        builder.Add(new Sample(1, 0, true, Payload(1, 0)));
        var written = BoxReader.ReadSamples(builder.Complete(1, 2).Memory.ToArray());
        Assert.Equal(CmafChunkBuilder.PayloadLengthMax, written.Sum(sample => sample.Data.Length));

        for (var index = 0; index < CmafChunkBuilder.SampleCountMax; index++)
        {
            builder.Add(new Sample(index, 0, true, Payload(1, 0)));
        }

        Assert.Throws<InvalidOperationException>(
            () => builder.Add(new Sample(CmafChunkBuilder.SampleCountMax, 0, true, Payload(1, 0))));
    }

    [Fact]
    public void Clear_WithSamples_ForgetsThem()
    {
        var builder = new CmafChunkBuilder(TestTracks.Video);
        builder.Clear();
        builder.Add(new Sample(100, 0, true, Payload(5, 0)));
        builder.Clear();
        builder.Add(new Sample(50, 0, false, Payload(6, 0)));

        var sample = Assert.Single(BoxReader.ReadSamples(builder.Complete(1, 60).Memory.ToArray()));
        Assert.Equal((50, 6), (sample.DecodeTime, sample.Data.Length));
    }

    [Fact]
    public void Builder_WarmedUp_AllocatesNoBytesOfMedia()
    {
        var builder = new CmafChunkBuilder(TestTracks.Video);
        var payload = Payload(20_000, 9);
        Round(0);
        Round(1);

        var before = GC.GetAllocatedBytesForCurrentThread();
        Round(2);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        // What is held of an array of the pool, and no more.
        Assert.InRange(allocated, 1, 16 * IntPtr.Size);

        void Round(int round)
        {
            for (var index = 0; index < 15; index++)
            {
                var time = ((round * 15) + index) * FrameDuration;
                builder.Add(new Sample(time, index, index == 0, payload.AsMemory(index)));
            }

            builder.Complete((uint)round, (round + 1) * 15 * FrameDuration).Release();
        }
    }

    /// <summary>
    /// Half a second of 2.5 Mbit/s video at 30 pictures a second on RTMP's millisecond clock, and of 128 kbit/s audio
    /// at 48 kHz: the shapes that the figures of docs/protocols/cmaf.md are for.
    /// </summary>
    [Fact]
    public void Chunk_OfHalfASecond_CostsLittle()
    {
        var video = new CmafChunkBuilder(TestTracks.Video);
        for (var index = 0; index < 15; index++)
        {
            var timeMs = index * 1000 / 30;
            video.Add(new Sample(timeMs * 90, index % 3 * 90, index == 0, Payload(10_000 + index, 0)));
        }

        var audio = new CmafChunkBuilder(TestTracks.Audio);
        for (var index = 0; index < 23; index++)
        {
            audio.Add(new Sample(index * 1024, 0, true, Payload(330 + index, 0)));
        }

        Assert.InRange(Overhead(video, 45_000), 0.0, 0.0020);
        Assert.InRange(Overhead(audio, 23 * 1024), 0.0, 0.033);

        static double Overhead(CmafChunkBuilder builder, long end)
        {
            var payload = builder.PayloadLength;
            return (double)(builder.Complete(1, end).Memory.ToArray().Length - payload) / payload;
        }
    }

    private static byte[] Payload(int length, byte first)
    {
        var payload = new byte[length];
        for (var index = 0; index < length; index++)
        {
            payload[index] = (byte)(first + index);
        }

        return payload;
    }
}
