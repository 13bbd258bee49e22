using Streaming.Pipeline.Codecs.Aac;

namespace Streaming.Pipeline.Tests.Codecs.Aac;

public class AudioSpecificConfigTests
{
    [Theory]
    // AAC-LC as encoders send it: object type 2, frequency index, channels, three zero flags.
    [InlineData("1190", 48000, 48000, 2, "mp4a.40.2")]
    [InlineData("1210", 44100, 44100, 2, "mp4a.40.2")]
    [InlineData("1208", 44100, 44100, 1, "mp4a.40.2")]
    [InlineData("11B0", 48000, 48000, 6, "mp4a.40.2")]
    [InlineData("11B8", 48000, 48000, 8, "mp4a.40.2")]
    // libfdk_aac, FFmpeg: a sync extension that says that there is no SBR.
    [InlineData("121056E500", 44100, 44100, 2, "mp4a.40.2")]
    // Backward compatible SBR (0x2B7, type 5, present, 48 kHz) over a core of 24 kHz; then with PS over mono.
    [InlineData("131056E598", 24000, 48000, 2, "mp4a.40.5")]
    [InlineData("130856E59D4880", 24000, 48000, 2, "mp4a.40.29")]
    // Hierarchical: type 5 (and 29), core index 6 (24 kHz), channels, output index 3 (48 kHz), type 2.
    [InlineData("2B118800", 24000, 48000, 2, "mp4a.40.5")]
    [InlineData("EB098800", 24000, 48000, 2, "mp4a.40.29")]
    public void TryRead_ConfigOfRealEncoders_GivesRatesAndChannels(
        string hex, uint core, uint output, int channels, string codec)
    {
        Assert.True(AudioSpecificConfig.TryRead(Convert.FromHexString(hex), out var config));

        Assert.Equal((core, output, channels), (config!.SamplingFrequency, config.OutputFrequency, config.Channels));
        Assert.Equal(AudioObjectType.AacLc, config.ObjectType);
        Assert.Equal(codec, config.Codec);
        Assert.Equal(1024, config.SamplesPerFrame);
        Assert.Equal(core, config.ToConfiguration().Timescale);
    }

    [Fact]
    public void TryRead_ExplicitFrequency_IsTaken()
    {
        var bytes = new BitWriter().U(5, 2).U(4, 15).U(24, 44_056).U(4, 2).U(3, 0).Align().ToArray();

        Assert.True(AudioSpecificConfig.TryRead(bytes, out var config));

        Assert.Equal(44_056u, config!.SamplingFrequency);
    }

    [Theory]
    [InlineData(7_349u, false)]
    [InlineData(7_350u, true)]
    [InlineData(96_000u, true)]
    [InlineData(96_001u, false)]
    public void TryRead_ExplicitFrequencyOutOfRange_IsRefused(uint frequency, bool accepted)
    {
        var bytes = new BitWriter().U(5, 2).U(4, 15).U(24, frequency).U(4, 2).U(3, 0).Align().ToArray();

        Assert.Equal(accepted, AudioSpecificConfig.TryRead(bytes, out _));
    }

    [Fact]
    public void TryRead_EscapedObjectType_IsThirtyTwoPlusSixBits()
    {
        var bytes = new BitWriter().U(5, 31).U(6, 10).U(4, 3).U(4, 2).U(16, 0).ToArray();

        Assert.True(AudioSpecificConfig.TryRead(bytes, out var config));

        Assert.Equal(AudioObjectType.Usac, config!.ObjectType);
        Assert.Equal("mp4a.40.42", config.Codec);
    }

    [Fact]
    public void TryRead_FrameLengthFlag_Reports960Samples()
    {
        Assert.True(AudioSpecificConfig.TryRead([0x11, 0x94], out var config));

        Assert.Equal(960, config!.SamplesPerFrame);
    }

    [Fact]
    public void TryRead_ProgramConfigElement_CountsItsChannels()
    {
        // 5.1: front centre and pair, back pair, one LFE; then a comment and backward compatible SBR behind it.
        var bytes = new BitWriter()
            .U(5, 2).U(4, 6).U(4, 0).U(3, 0)
            .U(4, 0).U(2, 1).U(4, 6).U(4, 2).U(4, 0).U(4, 1).U(2, 1).U(3, 0).U(4, 0).U(3, 0)
            .U(1, 0).U(4, 0).U(1, 1).U(4, 0).U(1, 1).U(4, 1).U(4, 0)
            .Align().U(8, 2).U(16, 0x4142)
            .U(11, 0x2B7).U(5, 5).U(1, 1).U(4, 3).Align().ToArray();

        Assert.True(AudioSpecificConfig.TryRead(bytes, out var config));

        Assert.Equal((6, 0), (config!.Channels, config.ChannelConfiguration));
        Assert.Equal((24_000u, 48_000u, true), (config.SamplingFrequency, config.OutputFrequency, config.HasSbr));
    }

    [Theory]
    [InlineData("1210", "1210", "121056E500", "12100000")] // Plain, no SBR, zeros behind.
    [InlineData("131056E598", "2B118800", "131056E5980000")] // SBR behind the core, and before it.
    [InlineData("130856E59D4880", "EB098800")] // PS.
    public void ToConfiguration_FormsOfOneSetUp_AreTheSameBytes(string expected, params string[] forms)
    {
        foreach (var form in forms)
        {
            Assert.True(AudioSpecificConfig.TryRead(Convert.FromHexString(form), out var config));
            Assert.Equal(expected, Convert.ToHexString(config!.ToConfiguration().DecoderConfiguration.Span));
        }
    }

    [Fact]
    public void ToConfiguration_StandardFrequencyInFull_IsItsNumber()
    {
        var inFull = new BitWriter().U(5, 2).U(4, 15).U(24, 44_100).U(4, 2).U(3, 0).Align().ToArray();
        Assert.True(AudioSpecificConfig.TryRead(inFull, out var config));

        Assert.Equal("1210", Convert.ToHexString(config!.ToConfiguration().DecoderConfiguration.Span));
        Assert.True(config.HasStandardFrequencies);
    }

    [Theory]
    [InlineData("s", "", "", 0, 1)]
    [InlineData("p", "", "", 0, 2)]
    [InlineData("sp", "", "", 0, 3)]
    [InlineData("sp", "", "s", 0, 4)]
    [InlineData("sp", "", "p", 0, 5)]
    [InlineData("sp", "p", "", 0, 5)]
    [InlineData("sp", "", "p", 1, 6)]
    [InlineData("sp", "p", "", 1, 6)]
    [InlineData("spp", "", "p", 1, 7)]
    [InlineData("ps", "", "p", 1, 0)] // Another order.
    [InlineData("p", "", "", 1, 0)] // 2.1.
    [InlineData("ps", "s", "p", 0, 0)] // 5.1(side) of ffmpeg.
    [InlineData("sp", "p", "p", 1, 0)] // 7.1 with channels at the side.
    [InlineData("ss", "", "", 0, 0)] // Two languages.
    public void TryRead_ProgramConfigElement_IsTheConfigurationWithItsElements(
        string front, string side, string back, int lowFrequency, byte elements)
    {
        Assert.True(AudioSpecificConfig.TryRead(WithProgram(front, side, back, lowFrequency), out var config));

        Assert.Equal((elements, 0), (config!.Elements, config.ChannelConfiguration));
        if (elements > 0)
        {
            Assert.Equal([0x11, (byte)(0x80 | (elements << 3))], config.ToConfiguration().DecoderConfiguration.ToArray());
        }
    }

    /// <summary>A config of 48 kHz whose channels are told by a program config element: s single, p pair.</summary>
    internal static byte[] WithProgram(string front, string side, string back, int lowFrequency)
    {
        var writer = new BitWriter().U(5, 2).U(4, 3).U(4, 0).U(3, 0).U(4, 0).U(2, 1).U(4, 3)
            .U(4, (uint)front.Length).U(4, (uint)side.Length).U(4, (uint)back.Length).U(2, (uint)lowFrequency)
            .U(3, 0).U(4, 0).U(3, 0);
        foreach (var element in front + side + back)
        {
            writer.Flag(element == 'p').U(4, 0);
        }

        for (; lowFrequency > 0; lowFrequency--)
        {
            writer.U(4, 0);
        }

        return writer.Align().U(8, 0).ToArray();
    }

    [Theory]
    [InlineData("")]
    [InlineData("11")]
    [InlineData("1690")] // Frequency index 13.
    [InlineData("11C8")] // Channel configuration 9.
    [InlineData("1180")] // Channel configuration 0 without a program config element.
    public void TryRead_CutShortOrReserved_IsRefused(string hex) =>
        Assert.False(AudioSpecificConfig.TryRead(Convert.FromHexString(hex), out _));

    [Fact]
    public void TryRead_EveryConfigOfTwoOrThreeBytes_ReadsOrRefuses()
    {
        Span<byte> bytes = stackalloc byte[3];
        var accepted = 0;
        for (var value = 0; value < 1 << 16; value++)
        {
            (bytes[0], bytes[1], bytes[2]) = ((byte)(value >> 8), (byte)value, (byte)(value * 31));
            foreach (var length in (ReadOnlySpan<int>)[2, 3])
            {
                if (AudioSpecificConfig.TryRead(bytes[..length], out var config))
                {
                    accepted++;
                    Assert.InRange(config!.SamplingFrequency, 7_350u, 96_000u);
                }
            }
        }

        Assert.InRange(accepted, 10_000, 100_000);
    }
}
