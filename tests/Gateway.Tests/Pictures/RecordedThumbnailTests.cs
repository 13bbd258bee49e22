using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Streaming.Cluster.Recordings;
using Streaming.Gateway.Pictures;
using Streaming.Gateway.Tests.Nodes;
using Streaming.Pipeline.Tests;
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
        // A decoder that waits until it is let.
        using var decoder = new ScriptedProgram("while [ ! -e \"${0%/*}/gate\" ]; do sleep 0.02; done; printf picture");
        using var thumbnails = MadeBy(decoder, TimeProvider.System);
        var source = await SourceAsync();

        var wanted = Enumerable.Range(1, Thumbnails.MakingMax + Thumbnails.WaitingMax)
            .Select(width => thumbnails.OfSegmentAsync(source, 0, width, CancellationToken.None)).ToList();
        var refused = await thumbnails.OfSegmentAsync(source, 0, 1000, CancellationToken.None);
        await File.WriteAllTextAsync(decoder.Beside("gate"), "");

        Assert.Equal(PictureOutcome.Busy, refused.Outcome);
        Assert.All(await Task.WhenAll(wanted), picture => Assert.Equal("picture"u8.ToArray(), picture.Jpeg.ToArray()));
    }

    [Fact]
    public async Task Thumbnail_ThatTakesTooLong_IsToBeHadAnotherTime()
    {
        using var decoder = new ScriptedProgram("touch \"${0%/*}/started\"; exec sleep 600");
        var time = new FakeTimeProvider();
        using var thumbnails = MadeBy(decoder, time);

        var wanted = thumbnails.OfSegmentAsync(await SourceAsync(), 0, 240, CancellationToken.None);
        await Eventually.HoldsAsync("the decoder has started", () => Task.FromResult(File.Exists(decoder.Beside("started"))));
        time.Advance(StillDecoder.Timeout);

        Assert.Equal(PictureOutcome.Busy, (await wanted).Outcome);
    }

    private static Thumbnails MadeBy(ScriptedProgram decoder, TimeProvider time) =>
        new(new StillDecoder(decoder.Path, time, NullLogger<StillDecoder>.Instance));

    private async Task<PictureSource> SourceAsync() =>
        (await PictureSource.OfAsync(node.Node.Services.GetRequiredService<RecordingLibrary>(), node.Recording.Id))!;
}
