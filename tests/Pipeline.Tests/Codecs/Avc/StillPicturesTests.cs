using System.Buffers;
using Streaming.Pipeline.Codecs.Avc;
using Streaming.Pipeline.Flv;
using Streaming.Pipeline.Media;
using Streaming.Pipeline.Tests.Timelines;

namespace Streaming.Pipeline.Tests.Codecs.Avc;

/// <summary>Pictures that repeat others, between those of real encoders' streams, as ffmpeg decodes them.</summary>
public sealed class StillPicturesTests
{
    private const int Repeated = 3;

    /// <summary>Entropy coding, order of pictures, weights, sizes that are no multiple of a macroblock, slices, several references.</summary>
    [Theory]
    [InlineData("320x180", "-profile:v baseline")]
    [InlineData("320x180", "-profile:v main -bf 0 -x264-params cabac=1:weightp=2:ref=4")]
    [InlineData("320x180", "-profile:v high -bf 0 -x264-params cabac=1:slices=4")]
    [InlineData("1280x720", "-profile:v high -bf 0 -x264-params cabac=1:qp=4")]
    [InlineData("16x16", "-profile:v high -bf 0 -x264-params cabac=1:qp=51")]
    [InlineData("426x240", "-profile:v high -bf 2 -x264-params cabac=0:b-pyramid=0")]
    [InlineData("426x240", "-profile:v high -bf 2 -x264-params cabac=1:b-pyramid=0:aud=1")]
    public async Task Pictures_AfterThoseOfAnEncoder_ShowThemAgainAndDisturbNone(string size, string encoder)
    {
        var path = await TestMedia.MakeAsync("flv", $"-f lavfi -i testsrc2=size={size}:rate=25 -t 2 -c:v libx264 -preset fast -g 20 {encoder}");
        var (configuration, frames) = await ReadAsync(path);
        var plain = await DecodedAsync(configuration, frames);
        var still = StillPictures.For(configuration)!;
        var withStill = new List<TestFrame>();
        var hasB = encoder.Contains("-bf 2", StringComparison.Ordinal);
        foreach (var frame in frames)
        {
            withStill.Add(frame);
            still.Show(frame.Data);
            var repeats = hasB ? withStill.Count == frames.Count : true;
            for (var index = 0; repeats && index < Repeated; index++)
            {
                withStill.Add(new TestFrame(still.Picture!.Value.ToArray(), frames[0].CompositionOffsetMs));
            }
        }

        var shown = await DecodedAsync(configuration, withStill);

        Assert.Equal(frames.Count, plain.Count);
        Assert.Equal(
            hasB ? [.. plain, .. Enumerable.Repeat(plain[^1], Repeated)] : plain.SelectMany(hash => Enumerable.Repeat(hash, Repeated + 1)),
            shown);
        Assert.InRange(still.Picture!.Value.Length, 12, 80);
    }

    [Fact]
    public async Task Idr_IsWhatWasShownLast_OrNone()
    {
        var (configuration, frames) = await ReadAsync(
            await TestMedia.MakeAsync("flv", "-f lavfi -i testsrc2=size=320x180:rate=25 -t 1 -c:v libx264 -preset fast -g 20 -profile:v baseline"));
        var still = StillPictures.For(configuration)!;
        Assert.Null(still.Picture);

        still.Show(frames[0].Data);
        Assert.True(still.Idr!.Value.Span.EndsWith(frames[0].Data));
        var idr = new TestFrame(still.Idr!.Value.ToArray(), 0);
        var repetition = new TestFrame(still.Picture!.Value.ToArray(), 0);
        var plain = await DecodedAsync(configuration, frames[..2]);
        Assert.Equal(
            [plain[0], plain[0], plain[0], plain[0], plain[1]],
            await DecodedAsync(configuration, [frames[0], repetition, idr, repetition, frames[1]]));

        still.Show(frames[1].Data);
        Assert.Null(still.Idr);
    }

    [Theory]
    [InlineData("-x264-params interlaced=1")]
    [InlineData("-g 1")]
    public async Task Track_ThatIsInterlacedOrWithoutReferences_IsNotRepeated(string encoder)
    {
        var (configuration, _) = await ReadAsync(await TestMedia.MakeAsync(
            "flv", $"-f lavfi -i testsrc2=size=320x192:rate=25 -t 1 -c:v libx264 -preset fast {encoder}"));

        Assert.Null(StillPictures.For(configuration));
    }

    [Fact]
    public void Pictures_OfWhatIsNoVideo_AreNone()
    {
        Assert.Null(StillPictures.For(TestFrames.VideoTrack with { DecoderConfiguration = new byte[] { 1, 2, 3 } }));
    }

    private static async Task<(VideoConfiguration Configuration, List<TestFrame> Frames)> ReadAsync(string path)
    {
        var demuxer = new FlvDemuxer();
        var frames = new List<TestFrame>();
        foreach (var tag in await TestMedia.ReadTagsAsync(path))
        {
            if (demuxer.Read(tag, out var frame).HasFlag(FlvContent.Frame) && frame.Track == TrackKind.Video)
            {
                frames.Add(new TestFrame(frame.Data.ToArray(), frame.CompositionOffsetMs));
            }

            tag.Release();
        }

        return (demuxer.Video!, frames);
    }

    /// <summary>A hash of each picture that ffmpeg decodes, with every error one that ends it.</summary>
    private static async Task<List<string>> DecodedAsync(VideoConfiguration configuration, IReadOnlyList<TestFrame> frames)
    {
        var flv = new ArrayBufferWriter<byte>();
        FlvWriter.WriteHeader(flv, hasAudio: false, hasVideo: true);
        FlvWriter.WriteVideoSequenceHeader(flv, 0, configuration);
        for (var index = 0; index < frames.Count; index++)
        {
            FlvWriter.WriteVideoFrame(flv, (uint)index * 40, frames[index].CompositionOffsetMs, index == 0, frames[index].Data);
        }

        var folder = Directory.CreateTempSubdirectory("streaming-still-");
        try
        {
            var source = Path.Combine(folder.FullName, "still.flv");
            await File.WriteAllBytesAsync(source, flv.WrittenMemory, TestContext.Current.CancellationToken);
            var lines = await TestMedia.RunAsync(
                "ffmpeg",
                ["-v", "error", "-nostdin", "-xerror", "-err_detect", "explode", "-i", source, "-fps_mode", "passthrough",
                    "-pix_fmt", "yuv420p", "-f", "framemd5", "-"]);
            return [.. lines.Split('\n').Where(line => line.Length > 0 && line[0] != '#').Select(line => line[(line.LastIndexOf(',') + 1)..].Trim())];
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private sealed record TestFrame(byte[] Data, int CompositionOffsetMs);
}
