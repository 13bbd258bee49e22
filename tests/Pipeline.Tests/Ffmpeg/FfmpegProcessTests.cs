using System.Text;
using Streaming.Pipeline.Ffmpeg;

namespace Streaming.Pipeline.Tests.Ffmpeg;

/// <summary>One run from its input to its end. Programs of the system stand in for ffmpeg where what they do is to be known exactly.</summary>
public sealed class FfmpegProcessTests
{
    private const int LengthMax = 1024 * 1024;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ffmpeg_FedWithPictures_GivesThemBack()
    {
        // Two pictures of 2 × 2 samples.
        var pictures = Enumerable.Range(0, 8).Select(static luma => (byte)(16 + luma)).ToArray();
        await using var process = await FfmpegProcess.StartAsync("ffmpeg", [
            "-nostdin", "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "gray", "-video_size", "2x2", "-i", "pipe:0",
            "-f", "rawvideo", "pipe:1",
        ]);
        var reading = process.ReadOutputAsync(LengthMax, Token);
        await process.FeedAsync((input, token) => input.WriteAsync(pictures, token).AsTask(), Token);

        Assert.Equal(pictures, await reading);
        Assert.Equal(new FfmpegExit(0, WasNotFound: false, "it said nothing"), await process.ExitAsync(Token));
    }

    [Fact]
    public async Task Exit_OfOneThatFails_SaysWhy()
    {
        await using var process = await FfmpegProcess.StartAsync("ffmpeg", ["-nostdin", "-loglevel", "error", "-i", "/nowhere", "-f", "null", "-"]);

        var exit = await process.ExitAsync(Token);

        Assert.NotEqual(0, exit.Code);
        Assert.False(exit.WasNotFound);
        Assert.Contains("No such file or directory", exit.LastWords, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Feed_WithMoreThanItTakes_Ends()
    {
        await using var process = await FfmpegProcess.StartAsync("/bin/true", []);

        await process.FeedAsync(FloodAsync, Token);

        Assert.Equal(0, (await process.ExitAsync(Token)).Code);
    }

    [Fact]
    public async Task Output_AtTheLimit_IsReadAndBeyondItIsRefused()
    {
        Assert.Equal("abc", Encoding.ASCII.GetString(await EchoAsync("abc", lengthMax: 3)));
        await Assert.ThrowsAsync<IOException>(() => EchoAsync("abcd", lengthMax: 3));
    }

    [Fact]
    public async Task Output_Discarded_HoldsNothingUp()
    {
        await using var process = await FfmpegProcess.StartAsync("head", ["-c", "10000000", "/dev/zero"]);

        await process.DiscardOutputAsync(Token);

        Assert.Equal(0, (await process.ExitAsync(Token)).Code);
    }

    private static async Task<byte[]> EchoAsync(string said, int lengthMax)
    {
        await using var process = await FfmpegProcess.StartAsync("printf", [said]);
        return await process.ReadOutputAsync(lengthMax, Token);
    }

    private static async Task FloodAsync(Stream input, CancellationToken cancellationToken)
    {
        var block = new byte[64 * 1024];
        while (true)
        {
            await input.WriteAsync(block, cancellationToken);
        }
    }
}
