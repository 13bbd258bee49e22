using System.Buffers;
using FsCheck;
using FsCheck.Fluent;
using Streaming.Pipeline.Flv;

namespace Streaming.Pipeline.Tests.Flv;

public class FlvWriterTests
{
    [Theory]
    [InlineData(true, true, "464C56010500000009 00000000")]
    [InlineData(true, false, "464C56010400000009 00000000")]
    [InlineData(false, true, "464C56010100000009 00000000")]
    public void WriteHeader_OfTracks_SetsTheirFlags(bool hasAudio, bool hasVideo, string hex)
    {
        var writer = new ArrayBufferWriter<byte>();

        FlvWriter.WriteHeader(writer, hasAudio, hasVideo);

        Assert.Equal(TestTags.Hex(hex), writer.WrittenSpan);
    }

    [Fact]
    public void WriteVideoFrame_NegativeOffsetAndLateTimestamp_AreInTheirBytes()
    {
        var writer = new ArrayBufferWriter<byte>();

        FlvWriter.WriteVideoFrame(writer, 0x89ABCDEF, -2, isSync: true, [1, 2]);

        Assert.Equal(TestTags.Hex("09 000007 ABCDEF 89 000000 17 01 FFFFFE 0102 00000012"), writer.WrittenSpan);
    }

    [Fact]
    public void WriteAudioFrame_IsRawAac()
    {
        var writer = new ArrayBufferWriter<byte>();

        FlvWriter.WriteAudioFrame(writer, 23, [9]);

        Assert.Equal(TestTags.Hex("08 000003 000017 00 000000 AF 01 09 0000000E"), writer.WrittenSpan);
    }

    [Theory]
    [InlineData(-0x80_0000, true)]
    [InlineData(0x7F_FFFF, true)]
    [InlineData(-0x80_0001, false)]
    [InlineData(0x80_0000, false)]
    public void WriteVideoFrame_OffsetOf24Bits_IsTheLimit(int offset, bool fits)
    {
        var writer = new ArrayBufferWriter<byte>();
        var error = Record.Exception(() => FlvWriter.WriteVideoFrame(writer, 0, offset, isSync: false, [1]));

        Assert.Equal(fits, error is null);
        Assert.Equal(fits ? null : typeof(ArgumentOutOfRangeException), error?.GetType());
    }

    [Theory]
    [InlineData(FlvWriter.TagLengthMax - 2, true)]
    [InlineData(FlvWriter.TagLengthMax - 1, false)]
    public void WriteAudioFrame_LengthOf24Bits_IsTheLimit(int length, bool fits)
    {
        var writer = new ArrayBufferWriter<byte>();

        Assert.Equal(fits, Record.Exception(() => FlvWriter.WriteAudioFrame(writer, 0, new byte[length])) is null);
        Assert.Equal(fits, writer.WrittenCount > 0);
    }

    [Fact]
    public void Frames_WrittenReadAndDemuxed_AreTheSame()
    {
        var frames =
            from kind in Gen.Choose(0, 2)
            from timestamp in Gen.Choose(int.MinValue, int.MaxValue)
            from offset in Gen.Choose(-0x80_0000, 0x7F_FFFF)
            from payload in Gen.Choose(1, 254).Select(value => (byte)value).NonEmptyListOf() // 255 may begin an ADTS header.
            select (Kind: kind, Timestamp: (uint)timestamp, Offset: offset, Payload: payload.ToArray());
        Prop.ForAll(frames.ListOf().ToArbitrary(), list =>
        {
            var source = new FlvDemuxer();
            TestTags.Demux(source, TestTags.VideoHeader(TestTags.Record()), TestTags.AudioHeader(TestTags.Aac44100Stereo));
            var writer = new ArrayBufferWriter<byte>();
            FlvWriter.WriteHeader(writer, hasAudio: true, hasVideo: true);
            FlvWriter.WriteVideoSequenceHeader(writer, 0, source.Video!);
            FlvWriter.WriteAudioSequenceHeader(writer, 0, source.Audio!);
            var expected = new List<string> { "video avc1.64001f 320x192", "audio mp4a.40.2 44100 2" };
            foreach (var (kind, timestamp, offset, payload) in list)
            {
                if (kind == 0)
                {
                    FlvWriter.WriteAudioFrame(writer, timestamp, payload);
                    expected.Add($"Audio {timestamp} 0 sync {Convert.ToHexString(payload)}");
                    continue;
                }

                var data = TestTags.AccessUnit([(byte)(kind == 1 ? 0x65 : 0x41), .. payload]);
                FlvWriter.WriteVideoFrame(writer, timestamp, offset, isSync: kind == 1, data);
                expected.Add($"Video {timestamp} {offset} {(kind == 1 ? "sync" : "-")} {Convert.ToHexString(data)}");
            }

            Assert.Equal(expected, TestTags.Demux(new FlvDemuxer(), Tags(writer.WrittenMemory)));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));
    }

    private static List<FlvTag> Tags(ReadOnlyMemory<byte> stream)
    {
        var buffer = new ReadOnlySequence<byte>(stream);
        Assert.True(FlvReader.TryReadHeader(ref buffer));
        var tags = new List<FlvTag>();
        while (FlvReader.TryRead(ref buffer, FlvWriter.TagLengthMax, out var tag))
        {
            tags.Add(tag);
        }

        Assert.True(buffer.IsEmpty);
        return tags;
    }
}
