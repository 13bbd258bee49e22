using System.Globalization;
using System.Text.Json;
using Streaming.Pipeline.Tests;
using Streaming.Pipeline.Tests.Timelines;

namespace Streaming.Gateway.Tests.Browser;

/// <summary>
/// The time code with which latency is measured from glass to glass: read right from what is left of it, or not at all.
/// </summary>
public sealed class TimeCodeTests
{
    private static readonly string Tool = Path.Combine(Repository.Root, "tests", "tools", "timeCode", "pictures.mjs");

    // Every bit changes somewhere in these.
    private static readonly long[] Times =
        [.. Enumerable.Range(0, 90).Select(number => 1_795_000_000_000 + (number * 33) + (number * number * 79_193L))];

    [Fact]
    public async Task TimeCode_At240pAndALowBitRate_IsReadFromEveryPicture()
    {
        var read = await ReadAsync("-b:v 120k -maxrate 120k -bufsize 60k", "scale=426:240");

        Assert.Equal(Times, read.Times.Select(time => time ?? 0));
        Assert.All(read.Torn, Assert.Null);
    }

    [Fact]
    public async Task TimeCode_OfPicturesThatRunIntoOneAnother_IsNotMisread()
    {
        var read = await ReadAsync("-b:v 400k", "tblend=all_mode=average,scale=426:240");

        Assert.All(read.Times, Assert.Null);
    }

    [Theory]
    [InlineData(8)]
    [InlineData(80)]
    public async Task TimeCode_Blurred_IsReadRightOrNotAtAll(int radius)
    {
        var read = await ReadAsync("-b:v 400k", $"boxblur={radius},scale=426:240");

        Assert.All(read.Times.Zip(Times), pair => Assert.True(pair.First is null || pair.First == pair.Second));
    }

    /// <summary>Draws 640x360, encodes it to 426x240 through a filter, decodes it and reads it.</summary>
    private static async Task<Reading> ReadAsync(string rate, string filter)
    {
        var folder = Directory.CreateTempSubdirectory("streaming-time-code-");
        try
        {
            return await ReadAsync(rate, filter, folder.FullName);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<Reading> ReadAsync(string rate, string filter, string folder)
    {
        var drawn = Path.Combine(folder, "drawn.yuv");
        var encoded = Path.Combine(folder, "encoded.mp4");
        var decoded = Path.Combine(folder, "decoded.gray");
        var times = Times.Select(time => time.ToString(CultureInfo.InvariantCulture));
        await TestMedia.RunAsync("node", [Tool, "draw", drawn, "640", "360", .. times]);
        await TestMedia.RunAsync("ffmpeg",
        [
            "-v", "error", "-nostdin",
            "-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", "640x360", "-r", "30", "-i", drawn, "-vf", filter,
            "-c:v", "libx264", "-preset", "veryfast", "-tune", "zerolatency", "-g", "60", "-sc_threshold", "0",
            .. rate.Split(' '), encoded,
        ]);
        await TestMedia.RunAsync(
            "ffmpeg", ["-v", "error", "-nostdin", "-i", encoded, "-f", "rawvideo", "-pix_fmt", "gray", decoded]);
        var json = await TestMedia.RunAsync("node", [Tool, "read", decoded, "426", "240"]);
        return JsonSerializer.Deserialize<Reading>(json, JsonSerializerOptions.Web)!;
    }

    private sealed record Reading(long?[] Times, long?[] Torn);
}
