using System.Buffers;
using Streaming.Pipeline.Codecs.Aac;
using Streaming.Pipeline.Flv;
using Streaming.Pipeline.Media;
using Streaming.Pipeline.Tests.Cmaf;

namespace Streaming.Pipeline.Tests.Codecs.Aac;

/// <summary>ffmpeg is the judge of whether silence is silent.</summary>
public sealed class SilentFrameTests
{
    private const int Frames = 20;

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 3)]
    [InlineData(4, 4)]
    [InlineData(5, 5)]
    [InlineData(6, 6)]
    [InlineData(8, 7)]
    public async Task Frame_OfEachChannelConfiguration_DecodesToDigitalSilence(int channels, int channelConfiguration)
    {
        // AudioSpecificConfig: AAC LC, 48 kHz. ISO/IEC 14496-3 §1.6.2.1.
        var track = new AudioConfiguration
        {
            Codec = "mp4a.40.2",
            Timescale = 48_000,
            DecoderConfiguration = new byte[] { 0x11, (byte)(0x80 | (channelConfiguration << 3)) },
            Channels = channels,
        };
        var samples = await DecodeAsync(track);

        Assert.Equal(Frames * 1024 * channels * sizeof(short), samples.Length);
        Assert.All(samples, sample => Assert.Equal(0, sample));
    }

    [Theory]
    [InlineData("130856E59D4880", 1)] // HE-AAC v2: frames of one channel, of which parametric stereo makes two.
    [InlineData("131056E598", 2)] // HE-AAC.
    public async Task Frame_OfATrackWithExtensions_HasTheElementsOfItsCore(string hex, int coreChannels)
    {
        Assert.True(AudioSpecificConfig.TryRead(Convert.FromHexString(hex), out var config));
        var track = config!.ToConfiguration();

        Assert.Equal(2, track.Channels);
        Assert.True(SilentFrame.For(track).Span.SequenceEqual(SilentFrame.For(coreChannels).Span));
        Assert.All(await DecodeAsync(track), sample => Assert.Equal(0, sample));
    }

    private static async Task<byte[]> DecodeAsync(AudioConfiguration track)
    {
        var writer = new ArrayBufferWriter<byte>();
        FlvWriter.WriteHeader(writer, hasAudio: true, hasVideo: false);
        FlvWriter.WriteAudioSequenceHeader(writer, 0, track);
        for (var index = 0; index < Frames; index++)
        {
            FlvWriter.WriteAudioFrame(writer, (uint)(index * 1024 / 48), SilentFrame.For(track).Span);
        }

        var folder = Directory.CreateTempSubdirectory("streaming-silence-").FullName;
        try
        {
            var (flv, pcm) = (Path.Combine(folder, "silence.flv"), Path.Combine(folder, "silence.pcm"));
            await File.WriteAllBytesAsync(flv, writer.WrittenMemory);
            (await Tool.RunAsync("ffmpeg", "-nostdin", "-v", "warning", "-i", flv, "-f", "s16le", pcm)).Silent();
            var samples = await File.ReadAllBytesAsync(pcm);
            Assert.NotEmpty(samples);
            return samples;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(24)]
    public void Frame_OfNoConfiguration_IsStereo(int channels) =>
        Assert.True(SilentFrame.For(channels).Span.SequenceEqual(SilentFrame.For(2).Span));
}
