using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Streaming.Cluster.Recordings;
using Streaming.Gateway.Pictures;
using Streaming.Gateway.Tests.Nodes;
using Streaming.Pipeline.Thumbnails;

namespace Streaming.Gateway.Tests.Pictures;

/// <summary>Pictures of a recording, whole and by segment, made by the real ffmpeg and judged by ffprobe.</summary>
public sealed class RecordedThumbnailTests(TintedNode node) : IClassFixture<TintedNode>
{
    // Full-range luma of black, gray, white and red, in the order of Sources.Tints.
    private static readonly double[] Brightness = [0, 128, 255, 76];

    private readonly HttpClient _viewer = node.Node.Viewer;

    [Fact]
    public async Task Thumbnail_OfEachSegment_ShowsThatSegmentForEver()
    {
        for (var sequence = 0; sequence < Brightness.Length * Sources.TintSeconds; sequence++)
        {
            using var response = await _viewer.GetAsync($"/vod/{node.Recording.Id}/thumbnails/{sequence}.jpg");

            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal("image/jpeg", response.Content.Headers.ContentType?.MediaType);
            Assert.Equal("public, max-age=31536000, immutable", response.Headers.CacheControl?.ToString());
            var picture = await PictureProbe.OfAsync(await response.Content.ReadAsByteArrayAsync());
            Assert.Equal(("mjpeg", 240, 135), (picture.Codec, picture.Width, picture.Height));
            Assert.Equal(Brightness[sequence / Sources.TintSeconds], picture.Brightness, 12.0);
        }
    }

    [Fact]
    public async Task Thumbnail_OfTheWhole_IsOfItsMiddle()
    {
        var picture = await PictureProbe.OfAsync(await _viewer.GetByteArrayAsync(node.Recording.Thumbnail));

        Assert.Equal((426, 240), (picture.Width, picture.Height));
        Assert.Equal(Brightness[2], picture.Brightness, 12.0);
    }

    [Theory]
    [InlineData("ID/thumbnails/8.jpg")]
    [InlineData("ID/thumbnails/-1.jpg")]
    [InlineData("ID/thumbnails/x.jpg")]
    [InlineData("ID/thumbnails/99999999999999999999.jpg")]
    [InlineData("20200101T000000Z-0123abcd/thumbnails/0.jpg")]
    [InlineData("20200101T000000Z-0123abcd/thumbnail.jpg")]
    public async Task Thumbnail_OfNothing_IsNotFound(string path)
    {
        using var response = await _viewer.GetAsync(
            "/vod/" + path.Replace("ID", node.Recording.Id, StringComparison.Ordinal));
        await Problem.AssertAsync(HttpStatusCode.NotFound, response);
        Assert.True(response.Headers.CacheControl?.NoStore);
    }

    [Fact]
    public async Task Thumbnails_MoreThanMayWait_AreRefusedAndTheOthersMade()
    {
        var folder = Directory.CreateTempSubdirectory("streaming-decoder-").FullName;
        try
        {
            // A decoder that waits until it is let.
            var decoder = Path.Combine(folder, "ffmpeg");
            var gate = Path.Combine(folder, "gate");
            await File.WriteAllTextAsync(decoder, $"#!/bin/sh\nwhile [ ! -e {gate} ]; do sleep 0.02; done\nprintf picture\n");
            File.SetUnixFileMode(decoder, UnixFileMode.UserRead | UnixFileMode.UserExecute);
            using var thumbnails = new Thumbnails(
                new StillDecoder(decoder, NullLogger<StillDecoder>.Instance));
            var source = (await PictureSource.OfAsync(
                node.Node.Services.GetRequiredService<RecordingLibrary>(), node.Recording.Id))!;

            var wanted = Enumerable.Range(1, Thumbnails.MakingMax + Thumbnails.WaitingMax)
                .Select(width => thumbnails.OfSegmentAsync(source, 0, width, CancellationToken.None)).ToList();
            var refused = await thumbnails.OfSegmentAsync(source, 0, 1000, CancellationToken.None);
            await File.WriteAllTextAsync(gate, "");

            Assert.Equal(PictureOutcome.Busy, refused.Outcome);
            Assert.All(await Task.WhenAll(wanted), picture => Assert.Equal("picture"u8.ToArray(), picture.Jpeg.ToArray()));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
