using System.Collections.Immutable;
using Microsoft.Extensions.Logging.Abstractions;
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
        Assert.Null(await new StillDecoder(program, NullLogger<StillDecoder>.Instance).DecodeAsync(Media, 240));
}
