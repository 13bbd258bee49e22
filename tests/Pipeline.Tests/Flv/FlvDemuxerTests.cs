using System.Runtime.InteropServices;
using Streaming.Pipeline.Flv;
using Streaming.Pipeline.Tests.Codecs.Aac;
using Streaming.Pipeline.Tests.Codecs.Avc;
using static Streaming.Pipeline.Tests.Flv.TestTags;

namespace Streaming.Pipeline.Tests.Flv;

public class FlvDemuxerTests
{
    private readonly FlvDemuxer _demuxer = new();

    [Fact]
    public void Tags_OfBothTracks_GiveConfigurationsAndFrames() =>
        Assert.Equal(
            [
                "video avc1.64001f 320x192",
                "audio mp4a.40.2 44100 2",
                "Video 40 80 sync 0000000465888421",
                "Audio 46 0 sync 2110",
                "Video 80 -40 - 00000003419A24",
                "end",
            ],
            Demux(
                _demuxer,
                VideoHeader(Record()),
                AudioHeader(Aac44100Stereo),
                VideoFrame(40, AccessUnit(Idr), 80, keyFlag: true),
                AudioFrame(46, 0x21, 0x10),
                VideoFrame(80, AccessUnit(Slice), -40),
                Video(120, [0x17, 2, 0, 0, 0])));

    [Fact]
    public void Frame_OfWellFormedTag_IsASliceOfItsBody()
    {
        Demux(_demuxer, VideoHeader(Record()));
        var tag = VideoFrame(0, AccessUnit(Idr));

        _demuxer.Read(tag, out var frame);

        Assert.True(MemoryMarshal.TryGetArray(tag.Body, out var body));
        Assert.True(MemoryMarshal.TryGetArray(frame.Data, out var data));
        Assert.Same(body.Array, data.Array);
        Assert.Equal((5, tag.Body.Length - 5), (data.Offset, data.Count));
    }

    [Fact]
    public void Read_WellFormedFrames_AllocatesNothing()
    {
        Demux(_demuxer, VideoHeader(Record()), AudioHeader(Aac44100Stereo));
        FlvTag[] tags =
        [
            VideoHeader(Record()),
            AudioHeader(Aac44100Stereo),
            VideoFrame(0, AccessUnit([9, 0x10], Sps, Pps, Idr)),
            VideoFrame(0, ByteStream(Sps, Pps, Idr)),
            VideoFrame(0, AccessUnit(Slice)),
            AudioFrame(0, 1),
        ];
        Demux(_demuxer, tags);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            foreach (var tag in tags)
            {
                _demuxer.Read(tag, out _);
            }
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void KeyFlag_WithoutIdr_IsNotSync() =>
        Assert.Equal(
            ["video avc1.64001f 320x192", "Video 0 0 - 0000000506010180800000000361888400000003419A24"],
            Demux(
                _demuxer,
                VideoHeader(Record()),
                VideoFrame(0, AccessUnit([6, 1, 1, 0x80, 0x80], [0x61, 0x88, 0x84], Slice), keyFlag: true)));

    [Fact]
    public void Idr_WithoutKeyFlag_IsSync() =>
        Assert.Contains("Video 0 0 sync 0000000465888421", Demux(_demuxer, VideoHeader(Record()), VideoFrame(0, AccessUnit(Idr))));

    [Theory]
    [InlineData(1, "0465888421")]
    [InlineData(2, "000465888421")]
    public void LengthSize_OfRecord_IsThatOfFrames(int lengthSize, string data)
    {
        Assert.Contains($"Video 0 0 sync {data}", Demux(_demuxer, VideoHeader(Record(lengthSize)), VideoFrame(0, Hex(data))));
        Assert.Contains($"Video 0 0 sync {data}", Demux(_demuxer, VideoFrame(0, ByteStream(Idr))));
    }

    [Fact]
    public void Frames_BeforeConfiguration_AreCounted()
    {
        Assert.Empty(Demux(_demuxer, VideoFrame(0, AccessUnit(Idr)), AudioFrame(0, 1), AudioFrame(1, 1)));
        Assert.Equal(3, _demuxer.FramesBeforeConfiguration);
    }

    [Theory]
    [InlineData("27", 0)]
    [InlineData("2701", 0)]
    [InlineData("2701000000", 1)] // Whole, but there is nothing in it.
    [InlineData("2703000000", 0)]
    [InlineData("90", 0)] // Enhanced, cut short.
    [InlineData("91617663", 0)]
    [InlineData("91 61766331 0000", 0)]
    [InlineData("97 00", 0)] // ModEx, cut short.
    [InlineData("97 FF FF", 0)]
    [InlineData("97 05 000000 01", 0)]
    [InlineData("96", 0)] // Multitrack, cut short.
    [InlineData("96 01 61766331", 2)]
    [InlineData("96 11 61766331 00 000009 01", 0)]
    public void VideoTag_CutShort_IsDroppedAndCounted(string hex, int kind)
    {
        Demux(_demuxer, VideoHeader(Record()));

        Assert.Empty(Demux(_demuxer, Video(0, Hex(hex))));

        Assert.Equal(
            (kind == 0 ? 1L : 0, kind == 1 ? 1L : 0, kind == 2 ? 1L : 0),
            (_demuxer.MalformedTags, _demuxer.EmptyTags, _demuxer.SkippedPackets));
    }

    [Theory]
    [InlineData("AF")]
    [InlineData("AF02")]
    [InlineData("91")]
    [InlineData("916D7034")]
    public void AudioTag_CutShort_IsDroppedAndCounted(string hex)
    {
        Demux(_demuxer, AudioHeader(Aac44100Stereo));

        Assert.Empty(Demux(_demuxer, Audio(0, Hex(hex))));

        Assert.Equal(1, _demuxer.MalformedTags);
    }

    [Theory]
    [InlineData("51")] // Command frame, whatever the codec.
    [InlineData("5700")]
    [InlineData("D000")] // The same, enhanced.
    [InlineData("94 61766331 02")] // Metadata of a picture: colours.
    [InlineData("95 61766331")] // MPEG-2 TS sequence start.
    [InlineData("9F 61766331")] // A packet type of the future.
    [InlineData("96 01 68766331 01 00")] // Another track, of a codec that is not served.
    public void VideoPacket_OfNoUse_IsSkipped(string hex)
    {
        Assert.Empty(Demux(_demuxer, Video(0, Hex(hex))));
        Assert.Equal(1, _demuxer.SkippedPackets);
    }

    [Theory]
    [InlineData("92617663 31", "end")] // SequenceEnd
    [InlineData("1702", "end")] // AVC end of sequence without composition time.
    public void EndOfSequence_EitherHeader_IsSaid(string hex, string line) =>
        Assert.Equal([line], Demux(_demuxer, Video(0, Hex(hex))));

    [Fact]
    public void EnhancedHeaders_OfAvcAndAac_AreTheSameMedia()
    {
        byte[] record = Record();
        Assert.Equal(
            [
                "video avc1.64001f 320x192",
                "audio mp4a.40.2 44100 2",
                "Video 40 -7 sync 0000000465888421",
                "Video 80 0 - 00000003419A24",
                "Audio 90 0 sync 2110",
            ],
            Demux(
                _demuxer,
                Video(0, [0x90, .. "avc1"u8, .. record]),
                Audio(0, [0x90, .. "mp4a"u8, 0x12, 0x10]),
                Video(40, [0x91, .. "avc1"u8, 0xFF, 0xFF, 0xF9, .. AccessUnit(Idr)]),
                Video(80, [0xA3, .. "avc1"u8, .. AccessUnit(Slice)]),
                Audio(90, [0x91, .. "mp4a"u8, 0x21, 0x10])));
    }

    [Fact]
    public void EnhancedModifiers_ShortAndLong_AreSkipped()
    {
        Demux(_demuxer, VideoHeader(Record()), AudioHeader(Aac44100Stereo));

        Assert.Equal(
            ["Video 5 0 - 00000003419A24", "Audio 6 0 sync 21"],
            Demux(
                _demuxer,
                // Nanoseconds, then a modifier of 300 bytes.
                Video(5, [0xA7, 2, 1, 2, 3, 0x07, 255, 1, 43, .. new byte[300], 0x13, .. "avc1"u8, .. AccessUnit(Slice)]),
                Audio(6, [0x97, 2, 1, 2, 3, 0x01, .. "mp4a"u8, 0x21])));
    }

    [Fact]
    public void EnhancedMultitrack_DefaultTrack_IsRead()
    {
        Demux(_demuxer, VideoHeader(Record()), AudioHeader(Aac44100Stereo));
        var unit = AccessUnit(Slice);

        Assert.Equal(
            [
                "Video 1 0 - 00000003419A24", // One track.
                "Video 2 0 - 00000003419A24", // Many tracks, the default one second.
                "Audio 3 0 sync 2110", // Many tracks, many codecs.
            ],
            Demux(
                _demuxer,
                Video(1, [0x96, 0x03, .. "avc1"u8, 0, .. unit]),
                Video(2, [0x96, 0x13, .. "avc1"u8, 1, 0, 0, 2, 8, 8, 0, 0, 0, (byte)unit.Length, .. unit]),
                Audio(3, [0x95, 0x21, .. "Opus"u8, 1, 0, 0, 1, 8, .. "mp4a"u8, 0, 0, 0, 2, 0x21, 0x10])));
    }

    [Theory]
    [InlineData("90 68766331 01", "HEVC video is not supported; set the encoder to H.264.")]
    [InlineData("91 61763031 01", "AV1 video is not supported; set the encoder to H.264.")]
    [InlineData("93 76703039 01", "VP9 video is not supported; set the encoder to H.264.")]
    [InlineData("90 78787800 01", "'xxx?' video is not supported; set the encoder to H.264.")]
    [InlineData("1C00000000", "HEVC video is not supported; set the encoder to H.264.")]
    [InlineData("22", "Sorenson H.263 video is not supported; set the encoder to H.264.")]
    [InlineData("2E", "Codec 14 video is not supported; set the encoder to H.264.")]
    public void Video_OfOtherCodec_IsRefusedInWords(string hex, string message) =>
        Assert.Equal(message, Assert.Throws<UnsupportedCodecException>(() => Demux(_demuxer, Video(0, Hex(hex)))).Message);

    [Theory]
    [InlineData("2F", "MP3 audio is not supported; set the encoder to AAC-LC.")]
    [InlineData("B2", "Speex audio is not supported; set the encoder to AAC-LC.")]
    [InlineData("90 4F707573", "Opus audio is not supported; set the encoder to AAC-LC.")]
    [InlineData("91 2E6D7033 01", "MP3 audio is not supported; set the encoder to AAC-LC.")]
    [InlineData("AF00 1194", "AAC with 960 samples a frame is not supported; set the encoder to AAC-LC.")]
    [InlineData("AF00 0990", "AAC of object type 1 is not supported; set the encoder to AAC-LC.")]
    public void Audio_OfOtherCodec_IsRefusedInWords(string hex, string message) =>
        Assert.Equal(message, Assert.Throws<UnsupportedCodecException>(() => Demux(_demuxer, Audio(0, Hex(hex)))).Message);

    [Fact]
    public void MalformedConfiguration_KeepsTheOneInForce()
    {
        Demux(_demuxer, VideoHeader(Record()), AudioHeader(Aac44100Stereo));
        var (video, audio) = (_demuxer.Video, _demuxer.Audio);

        Assert.Equal(
            ["Video 0 0 sync 0000000465888421"],
            Demux(
                _demuxer,
                VideoHeader([]),
                VideoHeader([1, 2, 3]),
                VideoHeader(Record()[..^6]),
                AudioHeader([]),
                AudioHeader([0x16, 0x90]),
                VideoFrame(0, AccessUnit(Idr))));

        Assert.Equal(5, _demuxer.MalformedConfigurations);
        Assert.Same(video, _demuxer.Video);
        Assert.Same(audio, _demuxer.Audio);
    }

    [Theory]
    [InlineData("121056E500")]
    [InlineData("12100000")]
    [InlineData("1780562210")] // 44,100 Hz in full.
    public void AudioConfiguration_InOtherBytes_IsTheOneInForce(string hex)
    {
        Demux(_demuxer, AudioHeader(Aac44100Stereo));

        Assert.Empty(Demux(_demuxer, AudioHeader(Hex(hex))));
        Assert.Equal(Aac44100Stereo, _demuxer.Audio!.DecoderConfiguration.ToArray());
    }

    [Fact]
    public void AudioConfiguration_ProgramThatHasANumber_IsPassedOnByIt()
    {
        var side51 = AudioSpecificConfigTests.WithProgram("sp", "p", "", 1);

        Assert.Equal(["audio mp4a.40.2 48000 6"], Demux(_demuxer, AudioHeader(side51)));
        Assert.Equal([0x11, 0xB0], _demuxer.Audio!.DecoderConfiguration.ToArray());
        Assert.Empty(Demux(_demuxer, AudioHeader([0x11, 0xB0])));
    }

    [Theory]
    [InlineData("11D8", "7 channels")] // channelConfiguration 11 to 14: newer than the decoders of browsers.
    [InlineData("11E0", "8 channels")]
    [InlineData("11E8", "24 channels")]
    [InlineData("11F0", "8 channels")]
    public void AudioConfiguration_ThatPlayersRefuse_IsRefusedWithWhatToSet(string hex, string words)
    {
        var refusal = Assert.Throws<UnsupportedCodecException>(() => _demuxer.Read(AudioHeader(Hex(hex)), out _));

        Assert.Contains(words, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("set the encoder to mono, stereo or 5.1", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AudioConfiguration_ProgramOfItsOwn_IsRefused() => Assert.Contains(
        "set the encoder to mono, stereo or 5.1",
        Assert.Throws<UnsupportedCodecException>(() => _demuxer.Read(
            AudioHeader(AudioSpecificConfigTests.WithProgram("p", "", "", 1)), out _)).Message,
        StringComparison.Ordinal);

    [Fact]
    public void AudioConfiguration_FrequencyWithoutANumber_IsRefused()
    {
        var odd = new Codecs.BitWriter().U(5, 2).U(4, 15).U(24, 44_056).U(4, 2).U(3, 0).Align().ToArray();

        Assert.Contains(
            "44056 Hz",
            Assert.Throws<UnsupportedCodecException>(() => _demuxer.Read(AudioHeader(odd), out _)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void VideoConfiguration_InOtherBytes_IsTheOneInForce()
    {
        byte[] otherId = [0x68, 0x5A, 0x38, 0x80]; // PPS 1.
        var record = AvcDecoderConfigurationRecordTests.Written(4, [Sps], [Pps, otherId]);
        byte[] extended = [.. record[..^1], 1, 0, 3, 0x6D, 0x40, 0x80]; // A sequence parameter set extension.
        byte[] withoutHighFields = record[..^4];
        byte[] sloppy = [.. record];
        (sloppy[1], sloppy[2], sloppy[3]) = (0, 0, 0);
        (sloppy[4], sloppy[5]) = (3, 1);

        Assert.Equal(["video avc1.64001f 320x192"], Demux(_demuxer, VideoHeader(record)));
        Assert.Empty(Demux(
            _demuxer,
            VideoHeader(Reordered(record)),
            VideoHeader(extended),
            VideoHeader(withoutHighFields),
            VideoHeader(sloppy),
            VideoHeader(record)));
        Assert.Equal(record, _demuxer.Video!.DecoderConfiguration.ToArray());

        byte[] Reordered(byte[] record)
        {
            var at = record.AsSpan().IndexOf(Pps) - 2;
            return [.. record[..at], 0, 4, .. otherId, 0, 4, .. Pps, .. record[(at + 12)..]];
        }
    }

    [Theory]
    [InlineData(65535, 1)]
    [InlineData(1, 65535)]
    [InlineData(9, 1)]
    public void VideoConfiguration_ShapeThatNobodyCouldWatch_IsSquare(uint width, uint height)
    {
        Demux(_demuxer, VideoHeader(RecordOf(new TestSps { ExtendedSar = (width, height) })));

        Assert.Equal((1, 1), _demuxer.Video!.SampleAspectRatio);
    }

    [Fact]
    public void Metadata_OfEncoder_IsForDisplay()
    {
        byte[] body =
        [
            2, 0, 13, .. "@setDataFrame"u8, 2, 0, 10, .. "onMetaData"u8, 8, 0, 0, 0, 9,
            0, 5, .. "width"u8, 0, .. Number(1280),
            0, 9, .. "framerate"u8, 0, .. Number(29.97),
            0, 6, .. "stereo"u8, 1, 1,
            0, 13, .. "videodatarate"u8, 0, .. Number(2500),
            0, 13, .. "audiodatarate"u8, 0, .. Number(double.NaN),
            0, 7, .. "encoder"u8, 2, 0, 11, .. "obs\u0007-studio"u8,
            0, 3, .. "foo"u8, 3, 0, 0, 9,
        ];

        Assert.Equal(FlvContent.Metadata, _demuxer.Read(Script(body), out _));

        Assert.Equal(new FlvMetadata("obs-studio", 29.97, 2500, null), _demuxer.Metadata);
        for (var length = 0; length < body.Length; length++)
        {
            _demuxer.Read(Script(body[..length]), out _);
        }
    }

    [Fact]
    public void Metadata_BehindAnObject_IsRead()
    {
        byte[] body =
        [
            2, 0, 10, .. "onMetaData"u8, 3,
            0, 5, .. "codec"u8, 3, 0, 7, .. "profile"u8, 2, 0, 4, .. "high"u8, 0, 0, 9,
            0, 9, .. "keyframes"u8, 10, 0, 0, 0, 2, 0, .. Number(1), 0, .. Number(2),
            0, 9, .. "framerate"u8, 0, .. Number(25),
            0, 0, 9,
        ];

        Assert.Equal(FlvContent.Metadata, _demuxer.Read(Script(body), out _));
        Assert.Equal(25, _demuxer.Metadata!.FrameRate);
    }

    [Theory]
    [InlineData("")]
    [InlineData("05")]
    [InlineData("02 000A 6F6E4D65746144617461")]
    [InlineData("02 000A 6F6E4D65746144617461 05")]
    [InlineData("02 000B 6F6E43756550 6F696E74 00")]
    public void Script_WithoutMetadata_IsNothing(string hex) =>
        Assert.Equal(FlvContent.Nothing, _demuxer.Read(Script(Hex(hex)), out _));

    private static byte[] Number(double value)
    {
        var bytes = new byte[8];
        System.Buffers.Binary.BinaryPrimitives.WriteDoubleBigEndian(bytes, value);
        return bytes;
    }
}
