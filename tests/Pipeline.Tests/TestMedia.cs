using System.Buffers;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Streaming.Pipeline.Flv;

namespace Streaming.Pipeline.Tests;

/// <summary>
/// Real media for tests, made by ffmpeg. A file is made once in a test run, whoever asks for it, and is gone with the
/// run: read it, do not write to it.
/// </summary>
public static class TestMedia
{
    private static readonly string Folder = CreateFolder();
    private static readonly ConcurrentDictionary<string, Lazy<Task<string>>> Files = new();

    /// <summary>
    /// An FLV of a test picture in H.264 and, unless <paramref name="audioRate"/> is 0, a tone in AAC.
    /// </summary>
    /// <param name="fps">Frames per second, as ffmpeg reads it: <c>30</c>, <c>30000/1001</c>.</param>
    /// <param name="bFrames">Consecutive B-frames at most.</param>
    /// <param name="gop">Frames from one key frame to the next; scene cuts make none.</param>
    /// <param name="size">Width and height; null for no video.</param>
    /// <param name="audioRate">Samples per second; 0 for no audio.</param>
    /// <param name="channels">Channels of the audio.</param>
    /// <param name="seconds">Duration.</param>
    /// <param name="videoOptions">More options of ffmpeg for the video, such as <c>-profile:v main</c>.</param>
    /// <param name="audioOptions">More options of ffmpeg for the audio.</param>
    public static Task<string> FlvAsync(
        string fps = "30",
        int bFrames = 0,
        int gop = 30,
        string? size = "320x180",
        int audioRate = 48000,
        int channels = 2,
        double seconds = 1,
        string videoOptions = "",
        string audioOptions = "") =>
        EncodeAsync("flv", fps, bFrames, gop, size, audioRate, channels, seconds, videoOptions, audioOptions);

    /// <summary>
    /// The same in another container, named by its <paramref name="extension"/>: <c>mp4</c>, <c>h264</c>.
    /// </summary>
    public static Task<string> EncodeAsync(
        string extension,
        string fps = "30",
        int bFrames = 0,
        int gop = 30,
        string? size = "320x180",
        int audioRate = 48000,
        int channels = 2,
        double seconds = 1,
        string videoOptions = "",
        string audioOptions = "")
    {
        var arguments = new StringBuilder();
        var duration = seconds.ToString(CultureInfo.InvariantCulture);
        if (size is not null)
        {
            arguments.Append(CultureInfo.InvariantCulture, $" -f lavfi -i testsrc2=size={size}:rate={fps}:duration={duration}");
        }

        if (audioRate > 0)
        {
            arguments.Append(CultureInfo.InvariantCulture, $" -f lavfi -i sine=sample_rate={audioRate}:duration={duration}");
        }

        if (size is not null)
        {
            arguments.Append(" -c:v libx264 -preset veryfast -pix_fmt yuv420p -sc_threshold 0");
            arguments.Append(CultureInfo.InvariantCulture, $" -bf {bFrames} -g {gop} {videoOptions}");
        }

        if (audioRate > 0)
        {
            arguments.Append(CultureInfo.InvariantCulture, $" -c:a aac -ac {channels} -ar {audioRate} {audioOptions}");
        }

        return MakeAsync(extension, arguments.ToString());
    }

    /// <summary>Whatever ffmpeg makes with <paramref name="arguments"/>, the output left out.</summary>
    public static Task<string> MakeAsync(string extension, string arguments) =>
        Files.GetOrAdd($"{extension} {arguments}", key => new Lazy<Task<string>>(async () =>
        {
            var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)).AsSpan(0, 12));
            var path = Path.Combine(Folder, $"{name}.{extension}");
            await RunAsync("ffmpeg", [.. Words("-v error -y -nostdin"), .. Words(arguments), path]);
            return path;
        })).Value;

    /// <summary>What ffprobe says of a file: the JSON of, for example, <c>-show_streams</c>.</summary>
    public static async Task<JsonElement> ProbeAsync(string path, string arguments)
    {
        var output = await RunAsync("ffprobe", [.. Words("-v error -of json"), .. Words(arguments), path]);
        return JsonDocument.Parse(output).RootElement;
    }

    /// <summary>The tags of an FLV file, in memory that nobody has to give back.</summary>
    public static async Task<List<FlvTag>> ReadTagsAsync(string path)
    {
        var buffer = new ReadOnlySequence<byte>(await File.ReadAllBytesAsync(path));
        Assert.True(FlvReader.TryReadHeader(ref buffer));
        var tags = new List<FlvTag>();
        while (FlvReader.TryRead(ref buffer, tagLengthMax: 1 << 24, out var tag))
        {
            tags.Add(new FlvTag(tag.Type, tag.TimestampMs, tag.Body.ToArray()));
            tag.Release();
        }

        Assert.True(buffer.IsEmpty);
        return tags;
    }

    /// <summary>Runs a program to its end and returns its standard output; it must succeed.</summary>
    public static async Task<string> RunAsync(string program, IReadOnlyList<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}\n{await errors}");
            return await output;
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }

    private static string[] Words(string text) =>
        text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static string CreateFolder()
    {
        var folder = Directory.CreateTempSubdirectory("streaming-test-media-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        return folder;
    }
}
