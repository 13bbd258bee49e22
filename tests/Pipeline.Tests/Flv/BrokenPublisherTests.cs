using Streaming.Pipeline.Codecs.Avc;
using Streaming.Pipeline.Flv;
using Streaming.Pipeline.Tests.Codecs.Avc;
using static Streaming.Pipeline.Tests.Flv.TestTags;

namespace Streaming.Pipeline.Tests.Flv;

/// <summary>What real encoders send, by the rows of the list of broken publishers.</summary>
public class BrokenPublisherTests
{
    private const string Configured = "video avc1.64001f 320x192";
    private const string IdrFrame = "Video 0 0 sync 0000000465888421";

    private readonly FlvDemuxer _demuxer = new();

    [Fact]
    public void Row12_ZeroLengthMessages_AreDroppedAndCounted()
    {
        Demux(_demuxer, VideoHeader(Record()), AudioHeader(Aac44100Stereo));

        Assert.Empty(Demux(_demuxer, Video(0, []), Audio(0, []), Script([]), VideoFrame(0, []), AudioFrame(0)));

        Assert.Equal(5, _demuxer.EmptyTags);
    }

    [Fact]
    public void Row25_HevcMarkedAsAvc_IsRefusedAsHevc() =>
        Assert.Equal(
            "HEVC video is not supported; set the encoder to H.264.",
            Assert.Throws<UnsupportedCodecException>(
                () => Demux(_demuxer, VideoHeader(AvcDecoderConfigurationRecordTests.HevcRecord))).Message);

    [Fact]
    public void Row25_HevcAsCodecId12_IsRefusedAsHevc() =>
        Assert.Equal(
            "HEVC video is not supported; set the encoder to H.264.",
            Assert.Throws<UnsupportedCodecException>(
                () => Demux(_demuxer, Video(0, [0x1C, 0, 0, 0, 0, .. AvcDecoderConfigurationRecordTests.HevcRecord]))).Message);

    [Fact]
    public void Row25_MetadataSaysOtherwise_SequenceHeaderIsTrusted() =>
        Assert.Equal(
            [Configured],
            Demux(
                _demuxer,
                Script([2, 0, 10, .. "onMetaData"u8, 8, 0, 0, 0, 1, 0, 12, .. "videocodecid"u8, 0, 0x40, 0x28, 0, 0, 0, 0, 0, 0]),
                VideoHeader(Record())));

    [Fact]
    public void Row26_MetadataAbsentLateOrUpdated_ChangesNothing()
    {
        byte[] named = [2, 0, 10, .. "onMetaData"u8, 8, 0, 0, 0, 1, 0, 7, .. "encoder"u8, 2, 0, 1];
        Assert.Equal(
            [Configured, IdrFrame, IdrFrame],
            Demux(
                _demuxer,
                VideoHeader(Record()),
                VideoFrame(0, AccessUnit(Idr)),
                Script([.. named, (byte)'A']),
                VideoFrame(0, AccessUnit(Idr)),
                Script([.. named, (byte)'B'])));

        Assert.Equal("B", _demuxer.Metadata!.Encoder);
    }

    [Fact]
    public void Row29_SequenceHeaderRepeated_IsNothing() =>
        Assert.Equal(
            [Configured, "audio mp4a.40.2 44100 2", IdrFrame, IdrFrame],
            Demux(
                _demuxer,
                VideoHeader(Record()),
                AudioHeader(Aac44100Stereo),
                VideoFrame(0, AccessUnit(Idr)),
                VideoHeader(Record()),
                AudioHeader(Aac44100Stereo),
                VideoFrame(0, AccessUnit(Sps, Pps, Idr)[^8..])));

    [Fact]
    public void Row29_ParameterSetsRepeatedInBand_IsNothing() =>
        Assert.DoesNotContain(
            Configured,
            Demux(Ready(), VideoFrame(0, AccessUnit(Sps, Pps, Idr)), VideoFrame(33, AccessUnit(Sps, Pps, Idr))));

    [Fact]
    public void Row30_SequenceHeaderChanged_IsANewConfiguration() =>
        Assert.Equal(
            [
                Configured,
                "audio mp4a.40.2 44100 2",
                "video avc1.4d001f 640x384",
                "audio mp4a.40.2 48000 1",
                IdrFrame,
            ],
            Demux(
                _demuxer,
                VideoHeader(Record()),
                AudioHeader(Aac44100Stereo),
                VideoHeader(RecordOf(new TestSps { Profile = 77, MacroblocksAcross = 40, MapUnitsDown = 24 })),
                AudioHeader([0x11, 0x88]),
                VideoFrame(0, AccessUnit(Idr))));

    [Fact]
    public void Row30_OnlyThePictureParameterSetChanged_IsANewConfiguration() =>
        Assert.Equal([Configured, Configured], Demux(_demuxer, VideoHeader(Record()), VideoHeader(RecordOf(new TestSps(), 4))));

    [Fact]
    public void Row30_ParameterSetsChangedInBandAtIdr_IsANewConfigurationWithTheFrame()
    {
        var sps = new TestSps { MacroblocksAcross = 40 }.ToNalUnit();
        var unit = AccessUnit(sps, Pps, Idr);
        Demux(_demuxer, VideoHeader(Record()));

        Assert.Equal(
            FlvContent.VideoConfiguration | FlvContent.Frame, _demuxer.Read(VideoFrame(0, unit), out var frame));
        Assert.Equal(640, _demuxer.Video!.Width);
        Assert.Equal(unit, frame.Data.ToArray());

        // The sequence header that is repeated after that is the stale one.
        Assert.Empty(Demux(_demuxer, VideoHeader(Record())));
        Assert.Equal(640, _demuxer.Video!.Width);
    }

    [Fact]
    public void Row30_ParameterSetsChangedInBandElsewhere_StayForTheDecoder()
    {
        var unit = AccessUnit(TestSps.Pps(4), Slice);

        Assert.Equal([$"Video 0 0 - {Convert.ToHexString(unit)}"], Demux(Ready(), VideoFrame(0, unit)));
    }

    [Fact]
    public void Row30_SpsReplacedInBand_TakesItsPictureParameterSetsAlong()
    {
        var sps = new TestSps { MacroblocksAcross = 40 }.ToNalUnit();
        byte[] otherId = [0x68, 0x5A, 0x38, 0x80]; // PPS 1.
        Demux(_demuxer, VideoHeader(Record()), VideoFrame(0, AccessUnit(sps, otherId, Idr)));

        Assert.True(AvcDecoderConfigurationRecord.TryRead(_demuxer.Video!.DecoderConfiguration, out var record));

        Assert.Equal(otherId, Assert.Single(record!.PictureParameterSets).ToArray());
        Assert.Equal(sps, Assert.Single(record.SequenceParameterSets).ToArray());
    }

    [Fact]
    public void Row31_ParameterSetsOnlyInBand_MakeTheConfiguration() =>
        Assert.Equal(
            [Configured, $"Video 0 0 sync {Convert.ToHexString(AccessUnit(Sps, Pps, Idr))}"],
            Demux(
                _demuxer,
                VideoHeader([1, 100, 0, 31, 0xFF, 0xE0, 0]),
                VideoFrame(0, AccessUnit(Slice)),
                VideoFrame(0, AccessUnit(Sps, Pps, Idr))));

    [Fact]
    public void Row31_NoSequenceHeaderAndByteStream_MakesConfigurationAndMendedFrame() =>
        Assert.Equal(
            [Configured, $"Video 0 0 sync {Convert.ToHexString(AccessUnit(Sps, Pps, Idr))}"],
            Demux(_demuxer, VideoFrame(0, ByteStream(Sps, Pps, Idr))));

    [Fact]
    public void Row31_ParameterSetsInTagsOfTheirOwn_MakeTheConfiguration()
    {
        Assert.Equal(
            [Configured, IdrFrame],
            Demux(_demuxer, VideoFrame(0, AccessUnit(Sps)), VideoFrame(0, AccessUnit(Pps)), VideoFrame(0, AccessUnit(Idr))));
        Assert.Equal(2, _demuxer.AccessUnitsWithoutPicture);
    }

    [Fact]
    public void Row31_SequenceHeaderIsAByteStream_MakesTheConfiguration() =>
        Assert.Equal(
            [Configured, IdrFrame],
            Demux(_demuxer, VideoHeader(ByteStream(Sps, Pps)), VideoFrame(0, ByteStream(Idr))));

    [Fact]
    public void Row31_WrongReservedBits_AreMendedInTheConfiguration()
    {
        var sloppy = Record();
        sloppy[4] = 3;
        sloppy[5] = 1;

        Assert.Equal([Configured], Demux(_demuxer, VideoHeader(sloppy)));
        Assert.Equal(Record(), _demuxer.Video!.DecoderConfiguration.ToArray());
        Assert.Empty(Demux(_demuxer, VideoHeader(sloppy), VideoHeader(Record())));
    }

    [Theory]
    [InlineData("00000008 00000001 65888421")] // A start code behind the length.
    [InlineData("00000007 000001 65888421")]
    [InlineData("00000000 00000004 65888421")] // An empty NAL unit in front, behind.
    [InlineData("00000004 65888421 00000000")]
    [InlineData("00000004 65888421 0000")] // Padding.
    [InlineData("00000001 65888421")] // A byte stream.
    [InlineData("000001 65888421 0000")]
    public void Row31_StartCodesAndEmptyNalUnits_AreMended(string hex)
    {
        Assert.Equal([IdrFrame], Demux(Ready(), VideoFrame(0, Hex(hex))));
        Assert.Equal(1, _demuxer.MendedAccessUnits);
    }

    [Fact]
    public void Row31_SeveralNalUnitsBehindOneLength_AreSplit()
    {
        var stream = ByteStream(Sps, Pps, Idr)[4..]; // Only the first start code was replaced.
        Assert.Equal(
            [$"Video 0 0 sync {Convert.ToHexString(AccessUnit(Sps, Pps, Idr))}"],
            Demux(Ready(), VideoFrame(0, AccessUnit(stream))));
    }

    [Theory]
    [InlineData("00000005 65888421")]
    [InlineData("FFFFFFFF 65888421")]
    [InlineData("00000004 65888421 00000009 4188")]
    public void Row31_LengthsThatLie_AreDroppedAndCounted(string hex)
    {
        Assert.Empty(Demux(Ready(), VideoFrame(0, Hex(hex))));
        Assert.Equal(1, _demuxer.MalformedAccessUnits);
        Assert.Equal([IdrFrame], Demux(_demuxer, VideoFrame(0, AccessUnit(Idr))));
    }

    [Fact]
    public void Row31_OnlyEmptyNalUnits_IsNoPicture()
    {
        Assert.Empty(Demux(Ready(), VideoFrame(0, Hex("00000000 00000000")), VideoFrame(0, Hex("000000")), VideoFrame(0, [0])));
        Assert.Equal(3, _demuxer.AccessUnitsWithoutPicture);
    }

    [Fact]
    public void Row32_NegativeOffsetsAndEqualTimestamps_ArePassedOnAsSent() =>
        Assert.Equal(
            [
                "Video 40 -8388608 - 00000003419A24",
                "Video 40 -1 - 00000003419A24",
                "Video 40 8388607 - 00000003419A24",
                "Video 4294967295 0 - 00000003419A24",
            ],
            Demux(
                Ready(),
                VideoFrame(40, AccessUnit(Slice), -0x80_0000),
                VideoFrame(40, AccessUnit(Slice), -1),
                VideoFrame(40, AccessUnit(Slice), 0x7F_FFFF),
                VideoFrame(uint.MaxValue, AccessUnit(Slice))));

    private FlvDemuxer Ready()
    {
        Demux(_demuxer, VideoHeader(Record()));
        return _demuxer;
    }
}
