using Streaming.Pipeline.Flv;
using static Streaming.Pipeline.Tests.Flv.TestTags;

namespace Streaming.Pipeline.Tests.Flv;

/// <summary>Encoders that leave ADTS headers in front of AAC frames, where FLV has none.</summary>
public sealed class AdtsInFlvTests
{
    private const string Configured = "audio mp4a.40.2 44100 2";
    private const int Index48000 = 3;
    private const int Index44100 = 4;

    private static readonly byte[] Frame = [0x21, 0x10, 0x04];
    private static readonly byte[] Other = [0x21, 0x11];

    private readonly FlvDemuxer _demuxer = new();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Frame_BehindAHeader_LosesItAndItsChecksum(bool hasChecksum)
    {
        Demux(_demuxer, AudioHeader(Aac44100Stereo));

        Assert.Equal(["Audio 23 0 sync 211004"], Demux(_demuxer, AudioFrame(23, Adts(Frame, hasChecksum: hasChecksum))));
        Assert.Equal((1, 0), (_demuxer.MendedAudioFrames, _demuxer.MalformedAudioFrames));
    }

    [Fact]
    public void Frames_SeveralInATag_AreEachGivenAtItsTime() => Assert.Equal(
        ["Audio 1000 0 sync 211004", "Audio 1023 more 2111", "Audio 1046 more 211004"],
        Demux(Ready(), AudioFrame(1000, [.. Adts(Frame), .. Adts(Other, hasChecksum: true), .. Adts(Frame)])));

    [Fact]
    public void Frames_NotReadToTheLast_AreGoneWithTheNextTag()
    {
        Ready().Read(AudioFrame(0, [.. Adts(Frame), .. Adts(Other)]), out _);
        _demuxer.Read(AudioFrame(46, Frame), out _);

        Assert.False(_demuxer.TryReadMore(out _));
    }

    [Fact]
    public void SequenceHeader_Missing_TheFirstFrameMakesTheConfiguration()
    {
        Assert.Equal(
            [Configured, "Audio 0 0 sync 211004", "Audio 23 0 sync 2111"],
            Demux(_demuxer, AudioFrame(0, Adts(Frame)), AudioFrame(23, Adts(Other))));
        Assert.Equal(Aac44100Stereo, _demuxer.Audio!.DecoderConfiguration.ToArray());
    }

    [Fact]
    public void SequenceHeader_Missing_AnotherHeaderIsANewConfiguration() => Assert.Equal(
        [Configured, "Audio 0 0 sync 211004", "audio mp4a.40.2 48000 1", "Audio 23 0 sync 2111"],
        Demux(_demuxer, AudioFrame(0, Adts(Frame)), AudioFrame(23, Adts(Other, frequencyIndex: Index48000, channels: 1))));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void SequenceHeader_ThatIsAdts_MakesTheConfiguration(bool hasFrame)
    {
        var header = Adts(Frame);

        Assert.Equal(
            [Configured, "Audio 0 0 sync 2111"],
            Demux(_demuxer, AudioHeader(hasFrame ? header : header[..7]), AudioHeader(Aac44100Stereo), AudioFrame(0, Other)));
    }

    [Fact]
    public void SequenceHeader_InForce_KnowsBetterThanAdts() => Assert.Equal(
        ["Audio 0 0 sync 211004"],
        Demux(Ready(), AudioFrame(0, Adts(Frame, frequencyIndex: Index48000, channels: 1))));

    [Fact]
    public void Frame_ShorterThanItsHeaderSays_IsDroppedAndCounted()
    {
        var adts = Adts(Frame);
        Ready();
        for (var length = 2; length < adts.Length; length++)
        {
            Assert.Empty(Demux(_demuxer, AudioFrame(0, adts[..length])));
        }

        Assert.Equal((0, adts.Length - 2), (_demuxer.MendedAudioFrames, _demuxer.MalformedAudioFrames));
        Assert.Equal(["Audio 0 0 sync 211004"], Demux(_demuxer, AudioFrame(0, [.. adts, .. adts[..^1]])));
    }

    [Theory]
    [InlineData("FF")]
    [InlineData("FFE11004")] // The syncword lacks a bit.
    [InlineData("FFF31004")] // A layer of MPEG-1.
    [InlineData("FF0FF1")]
    [InlineData("21FFF1")]
    public void Frame_ThatBeginsWithNoHeader_IsNotTouched(string hex) =>
        Assert.Equal([$"Audio 0 0 sync {hex}"], Demux(Ready(), AudioFrame(0, Hex(hex))));

    [Fact]
    public void Frame_ThatCannotBeTakenOut_IsRefusedInASentence()
    {
        Assert.Contains("several frames", Refusal(Adts(Frame, blocks: 2)), StringComparison.Ordinal);
        Assert.Contains("object type 1", Refusal(Adts(Frame, profile: 0)), StringComparison.Ordinal);
        Assert.Contains("channels", Refusal(Adts(Frame, channels: 0)), StringComparison.Ordinal);

        static string Refusal(byte[] adts) =>
            Assert.Throws<UnsupportedCodecException>(() => new FlvDemuxer().Read(AudioFrame(0, adts), out _)).Message;
    }

    private FlvDemuxer Ready()
    {
        Demux(_demuxer, AudioHeader(Aac44100Stereo));
        return _demuxer;
    }

    /// <summary>adts_fixed_header and adts_variable_header, field by field. ISO/IEC 14496-3 tables 1.A.6 and 1.A.7.</summary>
    private static byte[] Adts(
        byte[] frame,
        bool hasChecksum = false,
        uint profile = 1,
        uint frequencyIndex = Index44100,
        uint channels = 2,
        uint blocks = 1)
    {
        var length = (hasChecksum ? 9 : 7) + frame.Length;
        var header = new Codecs.BitWriter()
            .U(12, 0xFFF).U(1, 0).U(2, 0).Flag(!hasChecksum)
            .U(2, profile).U(4, frequencyIndex).U(1, 0).U(3, channels).U(2, 0)
            .U(2, 0).U(13, (uint)length).U(11, 0x7FF).U(2, blocks - 1);
        return [.. (hasChecksum ? header.U(16, 0xABCD) : header).ToArray(), .. frame];
    }
}
