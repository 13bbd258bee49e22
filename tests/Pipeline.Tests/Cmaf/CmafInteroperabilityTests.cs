using System.Text.Json;
using Streaming.Pipeline.Cmaf;
using Streaming.Pipeline.Tests.Isobmff;

namespace Streaming.Pipeline.Tests.Cmaf;

/// <summary>
/// What ffmpeg, ffprobe and mp4box.js make of our files: the same packets and pictures that went in, without a word of
/// complaint.
/// </summary>
public sealed class CmafInteroperabilityTests(ForeignTracks tracks) : IClassFixture<ForeignTracks>, IDisposable
{
    private const long BeyondThirtyTwoBits = 3L << 32;
    private const string VariableFrameRate = " -vf select='not(mod(n,7))+mod(n,2)' -vsync vfr";
    private const string BFrames = "-c:v libx264 -preset veryfast -g 30 -bf 3 -b_strategy 0";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cmaf-");

    /// <summary>Sources and encoders as arguments of ffmpeg, and the samples that a chunk of ours has.</summary>
    public static TheoryData<string, string, int> Streams => new()
    {
        { "testsrc2=size=320x180:rate=30:duration=3", BFrames, 8 },
        { "testsrc2=size=320x180:rate=30:duration=3", BFrames, 1 },
        { "testsrc2=size=320x180:rate=30:duration=3", "-c:v libx264 -preset veryfast -tune zerolatency -g 30", 10 },
        { "testsrc2=size=320x180:rate=30:duration=3", BFrames + " -x264-params open-gop=1", 7 },
        { "testsrc2=size=320x180:rate=30:duration=3", BFrames + " -bsf:v dump_extra=freq=keyframe", 8 },
        { "testsrc2=size=320x180:rate=30000/1001:duration=3", BFrames + VariableFrameRate, 8 },
        { "testsrc2=size=352x288:rate=25:duration=3", BFrames + " -vf setsar=16/11", 8 },
        { "sine=frequency=440:sample_rate=48000:duration=3", "-c:a aac -b:a 128k -ac 2", 23 },
        { "sine=frequency=440:sample_rate=44100:duration=3", "-c:a aac -b:a 64k", 15 },
        { "sine=frequency=440:sample_rate=96000:duration=3", "-c:a aac -b:a 128k", 15 },
    };

    [Theory]
    [MemberData(nameof(Streams))]
    public async Task Ffprobe_OurChunks_SeesThePacketsThatWentIn(string source, string encoder, int samplesPerChunk)
    {
        var track = await tracks.EncodeAsync(source, encoder);
        var file = await SaveAsync(track.Remux(samplesPerChunk, BeyondThirtyTwoBits));

        var packets = await PacketsAsync(file, "pts,dts,size,flags");

        // ffmpeg 5.1 delays all pictures of a track by its lowest composition offset, so that none is shown before it
        // is decoded; in its own files, too. Players that follow the specification do not.
        var delay = -Math.Min(0, track.Samples.Min(sample => sample.CompositionOffset));
        Assert.Equal(
            track.Samples.Select(sample =>
            {
                var decodeTime = sample.DecodeTime + BeyondThirtyTwoBits;
                var presentationTime = decodeTime + sample.CompositionOffset + delay;
                return $"{presentationTime},{decodeTime},{sample.Data.Length},{(sample.IsSync ? "K_" : "__")}";
            }),
            packets);
    }

    [Theory]
    [MemberData(nameof(Streams))]
    public async Task Ffprobe_OurChunks_SeesWhatItSeesInItsOwn(string source, string encoder, int samplesPerChunk)
    {
        const string Fields = "pts,dts,duration,size,flags,data_hash";
        var track = await tracks.EncodeAsync(source, encoder);
        var file = await SaveAsync(track.Remux(samplesPerChunk, shift: 0));

        Assert.Equal(await PacketsAsync(track.File, Fields), await PacketsAsync(file, Fields));
    }

    [Theory]
    [MemberData(nameof(Streams))]
    public async Task Ffprobe_EmptySegmentsAroundOurChunks_SeesNoneOfThem(string source, string encoder, int samplesPerChunk)
    {
        const string Fields = "pts,dts,duration,size,flags,data_hash";
        var track = await tracks.EncodeAsync(source, encoder);
        var whole = track.Remux(samplesPerChunk, shift: 0);
        var headerLength = CmafHeader.Create(track.Configuration).Length;
        var file = await SaveAsync([
            .. whole[..headerLength], .. EmptySegment.Create(0, 0), .. whole[headerLength..],
            .. EmptySegment.Create(2, track.EndDecodeTime)]);

        Assert.Equal(await PacketsAsync(track.File, Fields), await PacketsAsync(file, Fields));
    }

    [Theory]
    [MemberData(nameof(Streams))]
    public async Task Ffmpeg_OurChunks_DecodesTheSameAsItsOwn(string source, string encoder, int samplesPerChunk)
    {
        var track = await tracks.EncodeAsync(source, encoder);
        var file = await SaveAsync(track.Remux(samplesPerChunk, shift: 0));

        var theirs = await DecodeAsync(track.File);
        Assert.NotEmpty(theirs);
        Assert.Equal(theirs, await DecodeAsync(file));
    }

    [Theory]
    [MemberData(nameof(Streams))]
    public async Task Ffprobe_OurHeader_SaysTheSameAsItsOwn(string source, string encoder, int samplesPerChunk)
    {
        const string Fields = "stream=codec_name,profile,level,codec_tag_string,width,height,sample_aspect_ratio,"
            + "display_aspect_ratio,pix_fmt,sample_rate,channels,time_base,r_frame_rate,extradata_size";
        var track = await tracks.EncodeAsync(source, encoder);
        var file = await SaveAsync(track.Remux(samplesPerChunk, shift: 0));

        Assert.Equal(await StreamAsync(track.File), await StreamAsync(file));

        async Task<string> StreamAsync(string path) =>
            (await Tool.RunAsync("ffprobe", "-v", "warning", "-show_entries", Fields, path)).Silent();
    }

    [Theory]
    [MemberData(nameof(Streams))]
    public async Task Reader_OurChunks_ReadsWhatFfmpegsFragmentsSay(string source, string encoder, int samplesPerChunk)
    {
        var track = await tracks.EncodeAsync(source, encoder);

        var ours = BoxReader.ReadSamples(track.Remux(samplesPerChunk, shift: 0));

        Assert.Equal(
            track.Samples.Select(sample => (sample with { Data = default }, Convert.ToHexString(sample.Data.Span))),
            ours.Select(sample => (sample with { Data = default }, Convert.ToHexString(sample.Data.Span))));
        if (encoder.StartsWith(BFrames, StringComparison.Ordinal))
        {
            Assert.Contains(ours, sample => sample.CompositionOffset < 0);
            Assert.Equal(ours[0].DecodeTime, ours.Min(sample => sample.DecodeTime + sample.CompositionOffset));
        }
    }

    [Theory]
    [MemberData(nameof(Streams))]
    public async Task Mp4boxJs_OurChunks_ReadsTheSamplesThatWentIn(string source, string encoder, int samplesPerChunk)
    {
        var track = await tracks.EncodeAsync(source, encoder);
        var file = await SaveAsync(track.Remux(samplesPerChunk, BeyondThirtyTwoBits));
        var folder = Path.Combine(Repository.Root, "tests", "tools", "mp4box");
        Assert.True(
            Directory.Exists(Path.Combine(folder, "node_modules")),
            $"This test needs mp4box.js: run `npm ci` in {folder}.");

        var inspection = await Tool.RunAsync("node", Path.Combine(folder, "inspect.mjs"), file);
        using var answer = JsonDocument.Parse(inspection.Silent());

        var root = answer.RootElement;
        Assert.True(root.GetProperty("fragmented").GetBoolean());
        var chunks = (track.Samples.Count + samplesPerChunk - 1) / samplesPerChunk;
        Assert.Equal(2 + (2 * chunks), root.GetProperty("boxes").GetArrayLength());
        var read = Assert.Single(root.GetProperty("tracks").EnumerateArray());
        Assert.Equal(track.Configuration.Codec, read.GetProperty("codec").GetString());
        Assert.Equal(track.Configuration.Timescale, read.GetProperty("timescale").GetUInt32());
        Assert.Equal(
            track.Samples.Select(s => (
                s.DecodeTime + BeyondThirtyTwoBits,
                s.DecodeTime + BeyondThirtyTwoBits + s.CompositionOffset,
                (long)s.Duration,
                s.Data.Length,
                s.IsSync)),
            read.GetProperty("samples").EnumerateArray().Select(s => (
                s.GetProperty("dts").GetInt64(),
                s.GetProperty("cts").GetInt64(),
                s.GetProperty("duration").GetInt64(),
                s.GetProperty("size").GetInt32(),
                s.GetProperty("sync").GetBoolean())));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private async Task<string> SaveAsync(byte[] bytes)
    {
        var file = Path.Combine(_folder.FullName, "ours.mp4");
        await File.WriteAllBytesAsync(file, bytes);
        return file;
    }

    private static async Task<string[]> PacketsAsync(string file, string fields)
    {
        var packets = await Tool.RunAsync(
            "ffprobe", "-v", "warning", "-show_data_hash", "MD5", "-show_entries", $"packet={fields}",
            "-of", "csv=p=0:nk=1", file);
        return packets.Silent().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>Presentation times and hashes of all decoded frames.</summary>
    private static async Task<string[]> DecodeAsync(string file)
    {
        var frames = await Tool.RunAsync(
            "ffmpeg", "-v", "warning", "-i", file, "-fps_mode", "passthrough", "-enc_time_base", "-1",
            "-f", "framemd5", "-");
        return [.. frames.Silent().Split('\n').Where(line => line.Length > 0 && line[0] != '#')];
    }
}
