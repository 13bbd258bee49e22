using System.Collections.Immutable;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Streaming.Pipeline.Thumbnails;

namespace Streaming.Pipeline.Tests.Thumbnails;

/// <summary>What is told to ffmpeg, and what becomes of a picture when it cannot make one. Pictures themselves are tested over HTTP.</summary>
public sealed class StillDecoderTests
{
    private static readonly ImmutableArray<ReadOnlyMemory<byte>> Media = ["no media"u8.ToArray()];

    [Fact]
    public void Arguments_OfAPicture_AreTheMeasuredCommand() => Assert.Equal(
        [
            "-nostdin", "-loglevel", "quiet", "-threads", "1", "-skip_frame", "nokey",
            "-probesize", "32", "-analyzeduration", "0", "-fpsprobesize", "0", "-f", "mp4", "-i", "pipe:0", "-an", "-frames:v", "1",
            "-vf", "scale=w='min(min(240,iw*sar),240*dar)':h='ow/dar',setsar=1", "-q:v", "5", "-f", "mjpeg", "pipe:1",
        ],
        StillDecoder.Arguments(240));

    [Theory]
    [InlineData("ffmpeg")]
    [InlineData("/nowhere/ffmpeg")]
    [InlineData("/bin/true")]
    public async Task Decode_WhatCannotBeDecoded_IsNoPicture(string program) =>
        Assert.Null(await Decoder(program, TimeProvider.System).DecodeAsync(Media, 240));

    [Fact]
    public async Task Decode_ThatTakesTooLong_SaysSoAndEndsTheProgram()
    {
        using var program = new ScriptedProgram("cd \"${0%/*}\"; echo $$ > new; mv new started; exec sleep 300");
        var mark = program.Beside("started");
        var time = new FakeTimeProvider();

        var decoding = Decoder(program.Path, time).DecodeAsync(Media, 240);
        while (!File.Exists(mark))
        {
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        time.Advance(StillDecoder.Timeout);

        await Assert.ThrowsAsync<TimeoutException>(() => decoding);
        Assert.False(Directory.Exists($"/proc/{(await File.ReadAllTextAsync(mark, TestContext.Current.CancellationToken)).Trim()}"));
    }

    private static StillDecoder Decoder(string program, TimeProvider time) => new(program, time, NullLogger<StillDecoder>.Instance);
}
