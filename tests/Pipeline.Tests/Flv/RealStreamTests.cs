using System.Buffers;
using System.Globalization;
using Streaming.Pipeline.Codecs.Avc;
using Streaming.Pipeline.Flv;
using Streaming.Pipeline.Media;

namespace Streaming.Pipeline.Tests.Flv;

/// <summary>Streams of ffmpeg and libx264: what is read from them is what ffprobe says of them.</summary>
public class RealStreamTests
{
    public static TheoryData<string, string, int, string> VideoStreams => new()
    {
        { "320x180", "30", 0, "-profile:v baseline" },
        { "854x480", "30", 2, "-profile:v main" },
        { "1920x1080", "30000/1001", 3, "-profile:v high" },
        { "1280x720", "60", 2, "-profile:v high -x264-params b-pyramid=normal:bframes=3" },
        { "1280x720", "25", 0, "-tune zerolatency -x264-params sliced-threads=1:slices=4" },
        { "720x576", "25", 2, "-flags +ilme+ildct -x264-params tff=1 -vf setsar=64/45" },
        { "1920x1080", "25", 0, "-flags +ilme+ildct -x264-params tff=1" },
        { "720x480", "30000/1001", 0, "-vf setsar=10/11" },
        { "640x360", "30", 0, "-vf setsar=157/151" },
        { "482x270", "15", 1, "-pix_fmt yuv422p -profile:v high422" },
        { "322x182", "15", 1, "-pix_fmt yuv444p -profile:v high444" },
        { "322x182", "15", 1, "-pix_fmt yuv420p10le -profile:v high10" },
        { "321x181", "15", 1, "-pix_fmt yuv444p" },
        { "1080x1920", "1", 0, "-level 5.1" },
        { "320x180", "30", 2, "-x264-params open-gop=1:keyint=10:min-keyint=10" },
        { "320x180", "30", 0, "-x264-params intra-refresh=1:keyint=15" },
        { "320x180", "30", 0, "-x264-params aud=1:repeat-headers=1:force-cfr=1:nal-hrd=cbr:vbv-maxrate=500:vbv-bufsize=500" },
        { "320x180", "30", 0, "-x264-params cqm=jvt" },
    };

    private static Task<string> MakeAsync(string size, string fps, int bFrames, string options) =>
        TestMedia.FlvAsync(
            fps, bFrames, gop: 10, size, audioRate: 0, seconds: fps == "1" ? 2 : 0.5, videoOptions: options);

    [Theory]
    [MemberData(nameof(VideoStreams))]
    public async Task Video_OfLibx264_IsWhatFfprobeSays(string size, string fps, int bFrames, string options)
    {
        var path = await MakeAsync(size, fps, bFrames, options);
        var stream = (await TestMedia.ProbeAsync(path, "-show_streams")).GetProperty("streams")[0];
        var demuxer = new FlvDemuxer();
        foreach (var tag in await TestMedia.ReadTagsAsync(path))
        {
            demuxer.Read(tag, out _);
        }

        var video = demuxer.Video!;
        Assert.Equal(stream.GetProperty("width").GetInt32(), video.Width);
        Assert.Equal(stream.GetProperty("height").GetInt32(), video.Height);
        Assert.Equal(
            stream.TryGetProperty("sample_aspect_ratio", out var sar) ? sar.GetString() : "1:1",
            $"{video.SampleAspectRatio.Width}:{video.SampleAspectRatio.Height}");

        Assert.True(AvcDecoderConfigurationRecord.TryRead(video.DecoderConfiguration, out var record));
        Assert.True(SequenceParameterSet.TryRead(record!.SequenceParameterSets[0].Span, out var sps));
        Assert.Equal(stream.GetProperty("profile").GetString(), NameOf(sps!));
        Assert.Equal(stream.GetProperty("level").GetInt32(), sps!.Level);
        Assert.StartsWith(PixelFormat(sps), stream.GetProperty("pix_fmt").GetString(), StringComparison.Ordinal);
        Assert.Equal(Rate(stream.GetProperty("r_frame_rate").GetString()!), sps.Timing!.Value.FrameRate, 3);
        Assert.Equal($"avc1.{sps.Profile:x2}{sps.ConstraintFlags:x2}{sps.Level:x2}", video.Codec);

        var writer = new ArrayBufferWriter<byte>();
        record.Write(writer);
        Assert.Equal(video.DecoderConfiguration.ToArray(), writer.WrittenSpan.ToArray());
    }

    [Theory]
    [MemberData(nameof(VideoStreams))]
    public async Task Frames_OfLibx264_AreThePacketsOfFfprobe(string size, string fps, int bFrames, string options)
    {
        var path = await MakeAsync(size, fps, bFrames, options);
        var packets = (await TestMedia.ProbeAsync(path, "-show_packets")).GetProperty("packets").EnumerateArray()
            .Select(p => string.Create(
                CultureInfo.InvariantCulture,
                $"{p.GetProperty("dts").GetInt64()} {p.GetProperty("pts").GetInt64()} {p.GetProperty("size").GetString()}"));
        var demuxer = new FlvDemuxer();
        var frames = new List<string>();
        foreach (var tag in await TestMedia.ReadTagsAsync(path))
        {
            if (demuxer.Read(tag, out var frame).HasFlag(FlvContent.Frame))
            {
                var decodeTime = (int)frame.TimestampMs;
                frames.Add(string.Create(
                    CultureInfo.InvariantCulture, $"{decodeTime} {decodeTime + frame.CompositionOffsetMs} {frame.Data.Length}"));
            }
        }

        Assert.Equal(packets, frames);
        Assert.Equal((0, 0), (demuxer.MendedAccessUnits, demuxer.MalformedAccessUnits));
    }

    [Fact]
    public async Task Sync_OfClosedGops_IsEveryKeyFrame()
    {
        var frames = await FramesAsync(await TestMedia.FlvAsync(bFrames: 2, gop: 10, seconds: 2));

        Assert.Equal(
            Enumerable.Range(0, 60).Select(index => index % 10 == 0), frames.Where(IsVideo).Select(frame => frame.IsSync));
    }

    [Theory]
    [InlineData("-x264-params open-gop=1:keyint=10:min-keyint=10")]
    [InlineData("-x264-params intra-refresh=1:keyint=10")]
    public async Task Sync_OfRecoveryPoints_IsOnlyTheFirst(string options)
    {
        var path = await TestMedia.FlvAsync(bFrames: options.Contains("open", StringComparison.Ordinal) ? 2 : 0, videoOptions: options);
        var keyFlags = (await TestMedia.ReadTagsAsync(path)).Count(
            tag => tag.Type == FlvTagType.Video && tag.Body.Span[0] == 0x17 && tag.Body.Span[1] == 1);

        var frames = await FramesAsync(path);

        Assert.True(keyFlags > 1, "The stream has no recovery points that are flagged as key frames.");
        Assert.Equal(1, frames.Count(frame => IsVideo(frame) && frame.IsSync));
    }

    [Theory]
    [InlineData(44100, 1)]
    [InlineData(44100, 2)]
    [InlineData(48000, 1)]
    [InlineData(48000, 2)]
    [InlineData(48000, 6)]
    [InlineData(22050, 2)]
    [InlineData(8000, 1)]
    public async Task Audio_OfFfmpeg_IsWhatFfprobeSays(int rate, int channels)
    {
        var path = await TestMedia.FlvAsync(size: null, audioRate: rate, channels: channels);
        var stream = (await TestMedia.ProbeAsync(path, "-show_streams")).GetProperty("streams")[0];
        var demuxer = new FlvDemuxer();
        var frames = 0;
        foreach (var tag in await TestMedia.ReadTagsAsync(path))
        {
            frames += demuxer.Read(tag, out _).HasFlag(FlvContent.Frame) ? 1 : 0;
        }

        Assert.Equal("LC", stream.GetProperty("profile").GetString());
        Assert.Equal("mp4a.40.2", demuxer.Audio!.Codec);
        Assert.Equal(stream.GetProperty("sample_rate").GetString(), demuxer.Audio.Timescale.ToString(CultureInfo.InvariantCulture));
        Assert.Equal(stream.GetProperty("channels").GetInt32(), demuxer.Audio.Channels);
        Assert.InRange(frames, rate / 1024, (rate / 1024) + 3);
        Assert.Null(demuxer.Video);
    }

    [Fact]
    public async Task Metadata_OfFfmpeg_NamesTheEncoder()
    {
        var demuxer = new FlvDemuxer();
        TestTags.Demux(demuxer, await TestMedia.ReadTagsAsync(await TestMedia.FlvAsync()));

        Assert.StartsWith("Lavf", demuxer.Metadata!.Encoder, StringComparison.Ordinal);
        Assert.Equal(30, demuxer.Metadata.FrameRate);
    }

    [Fact]
    public async Task Stream_DemuxedWrittenReadAndDemuxed_IsTheSame()
    {
        var path = await TestMedia.FlvAsync(bFrames: 2, audioRate: 44100);
        var tags = await TestMedia.ReadTagsAsync(path);
        var demuxer = new FlvDemuxer();
        var writer = new ArrayBufferWriter<byte>();
        FlvWriter.WriteHeader(writer, hasAudio: true, hasVideo: true);
        foreach (var tag in tags)
        {
            Write(demuxer, tag, writer);
        }

        var copy = Path.ChangeExtension(path, ".copy.flv");
        await File.WriteAllBytesAsync(copy, writer.WrittenMemory);

        var expected = TestTags.Demux(new FlvDemuxer(), tags).Where(line => line != "end");
        Assert.Equal(expected, TestTags.Demux(new FlvDemuxer(), await TestMedia.ReadTagsAsync(copy)));

        // What is decoded from the copy is what is decoded from the original, and ffmpeg has no complaint.
        Assert.Equal(await DecodedAsync(path), await DecodedAsync(copy));
    }

    [Fact]
    public async Task ByteStream_OfLibx264InFlv_IsMendedToTheSameFrames()
    {
        // The FLV of a sender that forgot to convert: the same access units behind start codes, no sequence header.
        var tags = await TestMedia.ReadTagsAsync(
            await TestMedia.FlvAsync(bFrames: 2, audioRate: 0, videoOptions: "-x264-params repeat-headers=1:slices=3"));
        var expected = TestTags.Demux(new FlvDemuxer(), tags).Where(line => line.StartsWith("Video", StringComparison.Ordinal));

        var demuxer = new FlvDemuxer();
        var broken = tags.Where(tag => tag.Type == FlvTagType.Video && tag.Body.Span[1] == 1).Select(ToByteStream);
        var actual = TestTags.Demux(demuxer, broken);

        Assert.StartsWith("video avc1.64", actual[0], StringComparison.Ordinal);
        Assert.Equal(expected, actual.Skip(1));
        Assert.Equal(30, demuxer.MendedAccessUnits);

        static FlvTag ToByteStream(FlvTag tag)
        {
            var body = new List<byte>(tag.Body[..5].ToArray());
            foreach (var unit in new LengthPrefixedNalUnits(tag.Body.Span[5..], 4))
            {
                body.AddRange([0, 0, 0, 1]);
                body.AddRange(unit.Bytes);
            }

            return new FlvTag(tag.Type, tag.TimestampMs, body.ToArray());
        }
    }

    private static void Write(FlvDemuxer demuxer, FlvTag tag, ArrayBufferWriter<byte> writer)
    {
        switch (demuxer.Read(tag, out var frame))
        {
            case FlvContent.VideoConfiguration:
                FlvWriter.WriteVideoSequenceHeader(writer, tag.TimestampMs, demuxer.Video!);
                break;
            case FlvContent.AudioConfiguration:
                FlvWriter.WriteAudioSequenceHeader(writer, tag.TimestampMs, demuxer.Audio!);
                break;
            case FlvContent.Frame when frame.Track == TrackKind.Video:
                FlvWriter.WriteVideoFrame(
                    writer, frame.TimestampMs, frame.CompositionOffsetMs, frame.IsSync, frame.Data.Span);
                break;
            case FlvContent.Frame:
                FlvWriter.WriteAudioFrame(writer, frame.TimestampMs, frame.Data.Span);
                break;
        }
    }

    private static Task<string> DecodedAsync(string path) =>
        TestMedia.RunAsync("ffmpeg", ["-v", "error", "-xerror", "-i", path, "-map", "0", "-f", "framemd5", "-"]);

    private static bool IsVideo(Frame frame) => frame.Track == TrackKind.Video;

    private static async Task<List<Frame>> FramesAsync(string path)
    {
        var demuxer = new FlvDemuxer();
        var frames = new List<Frame>();
        foreach (var tag in await TestMedia.ReadTagsAsync(path))
        {
            if (demuxer.Read(tag, out var frame).HasFlag(FlvContent.Frame))
            {
                frames.Add(frame);
            }
        }

        return frames;
    }

    private static string NameOf(SequenceParameterSet sps) => sps.Profile switch
    {
        66 when (sps.ConstraintFlags & 0x40) != 0 => "Constrained Baseline",
        66 => "Baseline",
        77 => "Main",
        100 => "High",
        110 => "High 10",
        122 => "High 4:2:2",
        244 => "High 4:4:4 Predictive",
        var other => $"profile {other}",
    };

    private static string PixelFormat(SequenceParameterSet sps) =>
        $"yuv{sps.ChromaFormat switch { 1 => "420", 2 => "422", _ => "444" }}p{(sps.BitDepthLuma > 8 ? $"{sps.BitDepthLuma}" : "")}";

    private static double Rate(string fraction)
    {
        var parts = fraction.Split('/');
        return double.Parse(parts[0], CultureInfo.InvariantCulture) / double.Parse(parts[1], CultureInfo.InvariantCulture);
    }
}
