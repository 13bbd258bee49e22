using System.Buffers;
using System.Diagnostics;
using FsCheck;
using FsCheck.Fluent;
using Streaming.Pipeline.Flv;
using static Streaming.Pipeline.Tests.Flv.TestTags;

namespace Streaming.Pipeline.Tests.Flv;

/// <summary>
/// Random and mutated input: nothing but the documented exceptions, and no more memory or time than the input's.
/// </summary>
[Collection(nameof(MeasuredMemory))]
public class FlvFuzzTests
{
    private const int Cases = 60_000;

    private static readonly FlvTag[] Seeds =
    [
        VideoHeader(Record()),
        VideoHeader(Record(lengthSize: 2)),
        VideoHeader(ByteStream(Sps, Pps)),
        VideoHeader([1, 100, 0, 31, 0xFF, 0xE0, 0]),
        AudioHeader(Aac44100Stereo),
        AudioHeader(Hex("130856E59D4880")),
        VideoFrame(1, AccessUnit([9, 0x10], Sps, Pps, Idr), 80, keyFlag: true),
        VideoFrame(2, AccessUnit(Slice, Slice), -40),
        VideoFrame(3, ByteStream(Sps, Pps, Idr)),
        VideoFrame(4, AccessUnit(ByteStream(Idr, Slice))),
        AudioFrame(5, 0x21, 0x10, 4, 5, 6),
        Video(6, [0x90, .. "avc1"u8, .. Record()]),
        Video(7, [0x91, .. "avc1"u8, 0, 0, 40, .. AccessUnit(Idr)]),
        Video(8, [0xA7, 2, 1, 2, 3, 0x03, .. "avc1"u8, .. AccessUnit(Slice)]),
        Video(9, [0x96, 0x13, .. "avc1"u8, 1, 0, 0, 2, 8, 8, 0, 0, 0, 7, .. AccessUnit(Slice)]),
        Audio(10, [0x95, 0x21, .. "Opus"u8, 1, 0, 0, 1, 8, .. "mp4a"u8, 0, 0, 0, 2, 0x21, 0x10]),
        Video(11, [0x17, 2, 0, 0, 0]),
        Script([2, 0, 10, .. "onMetaData"u8, 8, 0, 0, 0, 1, 0, 7, .. "encoder"u8, 2, 0, 1, (byte)'A']),
    ];

    /// <summary>A change to a body: at a place (in thousandths of its length), of a kind, with a value.</summary>
    private static readonly Gen<(int Place, int Kind, byte Value)[]> Mutations =
        (from place in Gen.Choose(0, 999)
         from kind in Gen.Choose(0, 4)
         from value in Gen.OneOf(Gen.Elements(0, 1, 3, 0x7F, 0x80, 0xFF), Gen.Choose(0, 255))
         select (place, kind, (byte)value)).ListOf().Select(list => list.Take(4).ToArray());

    private static readonly Gen<FlvTag> Tags =
        from seed in Gen.Elements(Seeds)
        from mutations in Mutations
        select new FlvTag(seed.Type, seed.TimestampMs, Mutate(seed.Body.ToArray(), mutations));

    [Fact]
    public void Demuxer_MutatedTags_ThrowsNothingElse()
    {
        var (frames, configurations, refused, nothing) = (0, 0, 0, 0);
        var lived = new FlvDemuxer(); // One that sees everything, beside one for each case.
        var before = GC.GetTotalMemory(forceFullCollection: true);
        Prop.ForAll(Tags.ArrayOf().ToArbitrary(), tags =>
        {
            var fresh = new FlvDemuxer();
            foreach (var tag in tags.Take(8))
            {
                foreach (var demuxer in (ReadOnlySpan<FlvDemuxer>)[fresh, lived])
                {
                    try
                    {
                        var content = demuxer.Read(tag, out var frame);
                        frames += content.HasFlag(FlvContent.Frame) ? 1 : 0;
                        nothing += content == FlvContent.Nothing ? 1 : 0;
                        configurations += content.HasFlag(FlvContent.VideoConfiguration) ? 1 : 0;
                        Assert.Equal(content.HasFlag(FlvContent.Frame), !frame.Data.IsEmpty);
                        Assert.True(frame.Data.Length <= tag.Body.Length * 2);
                    }
                    catch (UnsupportedCodecException)
                    {
                        refused++;
                    }
                }
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(Cases));
        Assert.True(
            Math.Min(Math.Min(frames, configurations), Math.Min(refused, nothing)) > Cases / 50,
            $"{frames} frames, {configurations} configurations, {refused} refused, {nothing} nothing");
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 8 << 20);
        GC.KeepAlive(lived);
    }

    [Fact]
    public void Demuxer_RandomBytes_ThrowsNothingElse()
    {
        var random = new Random(1);
        var bytes = new byte[64];
        var outcomes = new Dictionary<FlvContent, int>();
        var refused = 0;
        for (var i = 0; i < Cases; i++)
        {
            var demuxer = new FlvDemuxer();
            demuxer.Read(VideoHeader(Record()), out _);
            random.NextBytes(bytes);
            var type = (FlvTagType)random.Next(7, 20);
            try
            {
                bytes[0] = random.Next(2) == 0 ? (byte)0x27 : bytes[0];
                bytes[1] = random.Next(2) == 0 ? (byte)1 : bytes[1];
                var content = demuxer.Read(new FlvTag(type, 0, bytes.AsMemory(0, random.Next(65))), out _);
                outcomes[content] = outcomes.GetValueOrDefault(content) + 1;
            }
            catch (UnsupportedCodecException)
            {
                refused++;
            }
        }

        Assert.True(refused > Cases / 100);
        Assert.True(outcomes[FlvContent.Nothing] > Cases / 10);
    }

    [Fact]
    public void Reader_MutatedStreams_ThrowsNothingElse()
    {
        var clean = CleanStream();
        var (read, broken) = (0, 0);
        Prop.ForAll(Gen.Zip(Mutations, Gen.Choose(1, 40)).ToArbitrary(), sent =>
        {
            var (mutations, segment) = sent;
            var buffer = Segmented(Mutate(clean.ToArray(), mutations), segment);
            try
            {
                if (FlvReader.TryReadHeader(ref buffer))
                {
                    while (FlvReader.TryRead(ref buffer, tagLengthMax: 1000, out var tag))
                    {
                        read++;
                        tag.Release();
                    }
                }
            }
            catch (FlvFormatException)
            {
                broken++;
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(Cases));
        Assert.True(read > Cases && broken > Cases / 20, $"{read} tags, {broken} broken streams");
    }

    [Fact]
    public void Demuxer_EveryTruncationAndEveryBitFlipped_ThrowsNothingElse()
    {
        foreach (var seed in Seeds)
        {
            for (var length = 0; length < seed.Body.Length; length++)
            {
                ReadAfterHeaders(seed.Body[..length].ToArray());
                for (var bit = 0; bit < 8; bit++)
                {
                    var flipped = seed.Body.ToArray();
                    flipped[length] ^= (byte)(1 << bit);
                    ReadAfterHeaders(flipped);
                }
            }

            void ReadAfterHeaders(byte[] body)
            {
                var demuxer = new FlvDemuxer();
                Demux(demuxer, Seeds[0], Seeds[4]);
                try
                {
                    Demux(demuxer, new FlvTag(seed.Type, 0, body), VideoFrame(0, AccessUnit(Idr)));
                }
                catch (UnsupportedCodecException)
                {
                }
            }
        }
    }

    [Theory]
    [InlineData(new byte[] { 0 })]
    [InlineData(new byte[] { 0, 1 })]
    [InlineData(new byte[] { 0, 0, 1 })]
    [InlineData(new byte[] { 0, 0, 0, 1, 0x67 })]
    [InlineData(new byte[] { 0, 0, 0, 5, 0x65, 0, 0, 1, 0x41 })]
    public void Demuxer_TagMadeToBeSlow_TakesTimeInProportion(byte[] pattern)
    {
        var body = new byte[1 << 20];
        for (var i = 0; i < body.Length; i++)
        {
            body[i] = pattern[i % pattern.Length];
        }

        foreach (var lengthSize in (ReadOnlySpan<int>)[1, 2, 4])
        {
            var demuxer = new FlvDemuxer();
            demuxer.Read(VideoHeader(Record(lengthSize)), out _);
            var started = Stopwatch.GetTimestamp();

            demuxer.Read(VideoFrame(0, body), out _);

            // What is quadratic takes hours.
            Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(20));
        }
    }

    private static byte[] CleanStream()
    {
        var source = new FlvDemuxer();
        Demux(source, VideoHeader(Record()), AudioHeader(Aac44100Stereo));
        var writer = new ArrayBufferWriter<byte>();
        FlvWriter.WriteHeader(writer, hasAudio: true, hasVideo: true);
        FlvWriter.WriteVideoSequenceHeader(writer, 0, source.Video!);
        FlvWriter.WriteAudioSequenceHeader(writer, 0, source.Audio!);
        FlvWriter.WriteVideoFrame(writer, 0, 0, isSync: true, AccessUnit(Idr));
        FlvWriter.WriteAudioFrame(writer, 10, [0x21, 0x10]);
        FlvWriter.WriteVideoFrame(writer, 33, 0, isSync: false, AccessUnit(Slice));
        return writer.WrittenSpan.ToArray();
    }

    private static byte[] Mutate(byte[] body, (int Place, int Kind, byte Value)[] mutations)
    {
        foreach (var (place, kind, value) in mutations)
        {
            var at = body.Length * place / 1000;
            body = kind switch
            {
                _ when body.Length == 0 => [value],
                0 => body[..at],
                1 => [.. body[..at], value, .. body[at..]],
                2 => [.. body[..at], .. body[(at + 1)..]],
                3 => [.. body[..at], .. body[at..], .. body[at..]],
                _ => [.. body[..at], value, .. body[(at + 1)..]],
            };
        }

        return body;
    }
}
