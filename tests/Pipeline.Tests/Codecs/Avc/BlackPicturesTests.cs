using System.Buffers;
using Streaming.Pipeline.Codecs.Avc;
using Streaming.Pipeline.Flv;
using Streaming.Pipeline.Tests.Timelines;

namespace Streaming.Pipeline.Tests.Codecs.Avc;

/// <summary>Black pictures as ffmpeg decodes them.</summary>
public sealed class BlackPicturesTests
{
    private const int Pictures = 40;
    private const int Group = 20;

    [Theory]
    [InlineData(320, 180, 1, 1)]
    [InlineData(1920, 1080, 1, 1)]
    [InlineData(360, 288, 64, 45)]
    [InlineData(16, 16, 1, 1)]
    [InlineData(16, 64, 1, 1)]
    [InlineData(64, 16, 1, 1)]
    [InlineData(426, 240, 1, 1)]
    public async Task Pictures_OfASize_AreBlackAndDecodeWithoutAWord(int width, int height, int sarWidth, int sarHeight)
    {
        var black = new BlackPictures(
            TestFrames.VideoTrack with { Width = width, Height = height, SampleAspectRatio = (sarWidth, sarHeight) });

        Assert.Equal((width, height), (black.Configuration.Width, black.Configuration.Height));
        Assert.Equal((sarWidth, sarHeight), black.Configuration.SampleAspectRatio);
        Assert.True(black.Configuration.IsWidelyDecoded);
        var raw = await DecodedAsync(black);
        var luma = width * height;
        var picture = luma * 3 / 2;
        Assert.Equal(Pictures * picture, raw.Length);
        for (var index = 0; index < Pictures; index++)
        {
            Assert.Equal(-1, raw.AsSpan(index * picture, luma).IndexOfAnyExcept((byte)16));
            Assert.Equal(-1, raw.AsSpan((index * picture) + luma, picture - luma).IndexOfAnyExcept((byte)128));
        }
    }

    [Fact]
    public void Pictures_ThatRepeat_TakeSomeBytes()
    {
        var black = new BlackPictures(TestFrames.VideoTrack);

        Assert.InRange(black.Picture(0).Length, 3600, 4100);
        Assert.All(Enumerable.Range(1, Group), index => Assert.InRange(black.Picture(index).Length, 8, 20));
    }

    /// <summary>What ffmpeg decodes, with every error one that ends it.</summary>
    private static async Task<byte[]> DecodedAsync(BlackPictures black)
    {
        var flv = new ArrayBufferWriter<byte>();
        FlvWriter.WriteHeader(flv, hasAudio: false, hasVideo: true);
        FlvWriter.WriteVideoSequenceHeader(flv, 0, black.Configuration);
        for (var index = 0; index < Pictures; index++)
        {
            FlvWriter.WriteVideoFrame(flv, (uint)index * 40, 0, index % Group == 0, black.Picture(index % Group).Span);
        }

        var folder = Directory.CreateTempSubdirectory("streaming-black-");
        try
        {
            var (source, target) = (Path.Combine(folder.FullName, "black.flv"), Path.Combine(folder.FullName, "black.yuv"));
            await File.WriteAllBytesAsync(source, flv.WrittenMemory, TestContext.Current.CancellationToken);
            await TestMedia.RunAsync(
                "ffmpeg",
                ["-v", "error", "-nostdin", "-xerror", "-err_detect", "explode", "-i", source, "-fps_mode", "passthrough",
                    "-pix_fmt", "yuv420p", "-f", "rawvideo", target]);
            return await File.ReadAllBytesAsync(target, TestContext.Current.CancellationToken);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
