using System.Globalization;
using System.Text.Json;
using Streaming.Pipeline.Flv;
using Streaming.Pipeline.Media;
using Streaming.Pipeline.Transcoding;

namespace Streaming.Pipeline.Tests.Transcoding;

/// <summary>What the transcoder's command makes of sources of other kinds than square, progressive 4:2:0; ffprobe is the judge.</summary>
public sealed class RungShapeTests
{
    [Theory]
    [InlineData("360x288", "-vf setsar=64/45 -pix_fmt yuv420p", 16 / 9.0)]
    [InlineData("480x480", "-vf setsar=1/2 -pix_fmt yuv420p", 0.5)]
    [InlineData("320x240", "-pix_fmt yuv444p", 4 / 3.0)]
    [InlineData("320x240", "-pix_fmt yuv422p", 4 / 3.0)]
    [InlineData("320x240", "-pix_fmt yuv420p10le", 4 / 3.0)]
    [InlineData("320x240", "-pix_fmt yuv422p10le", 4 / 3.0)]
    [InlineData("320x240", "-pix_fmt gray", 4 / 3.0)]
    public async Task Rung_OfAnySource_IsSquareProgressiveAndDecodedByBrowsers(string size, string options, double shape)
    {
        var source = await MakeAsync($"-f lavfi -i testsrc2=size={size}:rate=25:duration=1", options);
        var rung = await RungAsync(source);

        var stream = await StreamAsync(rung);
        Assert.Equal("1:1", stream.GetProperty("sample_aspect_ratio").GetString());
        Assert.Equal("yuv420p", stream.GetProperty("pix_fmt").GetString());
        Assert.Equal("progressive", stream.GetProperty("field_order").GetString());
        var (width, height) = (stream.GetProperty("width").GetInt32(), stream.GetProperty("height").GetInt32());
        Assert.Equal(shape, width / (double)height, shape * 0.01);
        Assert.Equal(120, Math.Min(width, height));
        Assert.True((await ConfigurationAsync(rung)).IsWidelyDecoded);
        Assert.Equal(await PicturesAsync(source), await PicturesAsync(rung));
    }

    [Fact]
    public async Task Rung_OfInterlacedSource_HasWholePicturesEachAtItsTime()
    {
        // White fields and black ones in turn: a frame of both is grey, the fields themselves are not.
        var source = await MakeAsync(
            "-f lavfi -i nullsrc=size=320x240:rate=50:duration=2",
            "-vf format=gray,geq=lum=255*lt(mod(N+3\\,4)\\,2),tinterlace=mode=interleave_top,format=yuv420p "
                + "-flags +ildct+ilme -x264opts tff=1");
        Assert.Equal("tt", (await StreamAsync(source)).GetProperty("field_order").GetString());

        var rung = await RungAsync(source);

        Assert.Equal("progressive", (await StreamAsync(rung)).GetProperty("field_order").GetString());
        Assert.Equal(await PicturesAsync(source), await PicturesAsync(rung));
        var light = await LightAsync(rung);
        Assert.All(light.Skip(2).SkipLast(2), one => Assert.False(one is > 90 and < 165, $"A picture of both fields: {one}."));
        Assert.Contains(light, one => one < 90);
        Assert.Contains(light, one => one > 165);
    }

    [Fact]
    public async Task Rung_OfProgressiveSourceInAnInterlacedStream_PassesAsItIs()
    {
        var source = await MakeAsync(
            "-f lavfi -i testsrc2=size=320x240:rate=25:duration=1", "-pix_fmt yuv420p -x264opts fake-interlaced=1");
        Assert.True((await ConfigurationAsync(source)).MayBeInterlaced);

        Assert.Equal(await PicturesAsync(source), await PicturesAsync(await RungAsync(source)));
    }

    private static Task<string> MakeAsync(string input, string options) => TestMedia.MakeAsync(
        "flv", $"{input} {options} -c:v libx264 -preset veryfast -g 25 -sc_threshold 0 -bf 0");

    /// <summary>Runs the command on a file instead of a feed, and into a file instead of a socket.</summary>
    private static async Task<string> RungAsync(string source)
    {
        var run = new TranscodeRun(1, await ConfigurationAsync(source), [new("120p", 120, 200_000)], KeyFrameGrid: null);
        var arguments = TranscodeArguments.For(run, new LadderOptions { Preset = "ultrafast" }, _ => "socket")
            .Select(argument => argument == "pipe:0" ? source : argument);
        return await TestMedia.MakeAsync("flv", string.Join(' ', arguments.SkipLast(1)));
    }

    private static async Task<VideoConfiguration> ConfigurationAsync(string path)
    {
        var demuxer = new FlvDemuxer();
        foreach (var tag in await TestMedia.ReadTagsAsync(path))
        {
            demuxer.Read(tag, out _);
        }

        return demuxer.Video!;
    }

    private static async Task<JsonElement> StreamAsync(string path) =>
        (await TestMedia.ProbeAsync(path, "-show_streams -select_streams v")).GetProperty("streams")[0];

    /// <summary>When each picture is shown, and which are key frames.</summary>
    private static async Task<List<string>> PicturesAsync(string path) =>
    [
        .. (await TestMedia.ProbeAsync(path, "-show_packets -select_streams v")).GetProperty("packets").EnumerateArray()
            .Select(packet => $"{packet.GetProperty("pts")} {packet.GetProperty("flags").GetString()![0]}"),
    ];

    /// <summary>Mean luma of each picture.</summary>
    private static async Task<List<double>> LightAsync(string path) =>
    [
        .. (await TestMedia.ProbeAsync($"movie={path},signalstats", "-f lavfi -show_entries frame_tags=lavfi.signalstats.YAVG"))
            .GetProperty("frames").EnumerateArray()
            .Select(frame => double.Parse(
                frame.GetProperty("tags").GetProperty("lavfi.signalstats.YAVG").GetString()!, CultureInfo.InvariantCulture)),
    ];
}
