using System.Globalization;
using System.Net;
using System.Text.Json;
using Streaming.Gateway.Tests.Nodes;

namespace Streaming.Gateway.Tests.Api;

/// <summary>What a node says of itself: health, clock, OpenAPI.</summary>
public sealed class NodeEndpointTests(OfflineNode fixture) : IClassFixture<OfflineNode>
{
    private readonly HttpClient _viewer = fixture.Node.Viewer;

    [Theory]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    public async Task Health_OfRunningNode_IsHealthy(string path) =>
        Assert.Equal("Healthy", await _viewer.GetStringAsync(path));

    [Fact]
    public async Task Time_Asked_IsNowInUtcAndKeptByNobody()
    {
        var before = DateTimeOffset.UtcNow;
        using var response = await _viewer.GetAsync("/time");
        var after = DateTimeOffset.UtcNow;

        var text = await response.Content.ReadAsStringAsync();
        var time = DateTimeOffset.ParseExact(
            text, "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        Assert.InRange(time, before.AddMilliseconds(-1), after);
        Assert.True(response.Headers.CacheControl!.NoStore);
        Assert.Equal("text/plain", response.Content.Headers.ContentType!.MediaType);
    }

    [Theory]
    [InlineData("/time", true)]
    [InlineData("/live/nothing/index.m3u8", true)]
    [InlineData("/live/nothing/thumbnail.jpg", true)]
    [InlineData("/vod/nothing/index.m3u8", true)]
    [InlineData("/api/channels", false)]
    [InlineData("/health/live", false)]
    public async Task Answer_OfWhatIsForEverybody_IsOpenToAnyOrigin(string path, bool isOpen)
    {
        using var response = await _viewer.GetAsync(path);

        Assert.Equal(isOpen, response.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Theory]
    [InlineData("range,x-token", true)]
    [InlineData("Range, X-Token", true)]
    [InlineData("x-größe", false)]
    [InlineData("x\u000bx", false)]
    [InlineData("x\u007f", false)]
    [InlineData("\u202etxet", false)]
    [InlineData("a b;c", false)]
    public async Task Preflight_WhateverHeadersItNames_IsAnsweredAndRepeatsOnlyNames(string names, bool isRepeated)
    {
        var answer = await RawRequest.AskAsync(
            fixture.Node.Address,
            "OPTIONS /live/%0d%1b/index.m3u8 HTTP/1.1\r\nHost: x\r\nConnection: close\r\nOrigin: https://x.example\r\n"
            + $"Access-Control-Request-Method: GET\r\nAccess-Control-Request-Headers: {names}\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 204 ", answer, StringComparison.Ordinal);
        Assert.Equal(isRepeated, answer.Contains($"Access-Control-Allow-Headers: {names}\r\n", StringComparison.Ordinal));
    }

    [Fact]
    public async Task OpenApi_Document_NamesEveryEndpointOfTheContract()
    {
        using var document = JsonDocument.Parse(await _viewer.GetStringAsync("/openapi/v1.json"));

        Assert.StartsWith("3.", document.RootElement.GetProperty("openapi").GetString(), StringComparison.Ordinal);
        var operations = document.RootElement.GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject().Select(operation => $"{operation.Name} {path.Name}"))
            .ToHashSet();
        string[] contract =
        [
            "get /api/channels", "get /api/channels/{slug}", "put /api/channels/{slug}", "delete /api/channels/{slug}",
            "post /api/channels/{slug}/stream-key",
            "get /live/{slug}/index.m3u8", "get /live/{slug}/manifest.mpd", "get /live/{slug}/thumbnail.jpg",
            "get /live/{slug}/{broadcastId}/{rendition}/index.m3u8", "get /live/{slug}/{broadcastId}/{rendition}/{name}",
            "get /live/{slug}/{broadcastId}/thumbnails/{mediaSequence}.jpg",
            "get /api/channels/{slug}/recordings", "delete /api/channels/{slug}/recordings/{id}",
            "get /api/orphans", "delete /api/orphans/{name}", "get /api/storage",
            "get /vod/{id}/index.m3u8", "get /vod/{id}/manifest.mpd",
            "get /vod/{id}/thumbnail.jpg", "get /vod/{id}/thumbnails/{mediaSequence}.jpg",
            "get /time",
        ];
        Assert.Empty(contract.Except(operations));
    }

    [Fact]
    public async Task OpenApi_Document_SaysWhatPutTakesAndGives()
    {
        using var document = JsonDocument.Parse(await _viewer.GetStringAsync("/openapi/v1.json"));

        var put = document.RootElement.GetProperty("paths").GetProperty("/api/channels/{slug}").GetProperty("put");

        Assert.True(put.GetProperty("requestBody").GetProperty("content").TryGetProperty("application/json", out _));
        Assert.True(put.GetProperty("responses").TryGetProperty("201", out _));
        Assert.True(put.GetProperty("responses").TryGetProperty("200", out _));
    }

    [Fact]
    public async Task Address_WithEncodedPathTraversal_LeavesNoFolder()
    {
        foreach (var path in (string[])["/..%2f..%2fchannels.db", "/assets/..%2f..%2fadmin-token", "/live/a/..%2f..%2fx/y/z.m4s"])
        {
            using var response = await _viewer.GetAsync(path);
            Assert.Contains(response.StatusCode, (HttpStatusCode[])[HttpStatusCode.NotFound, HttpStatusCode.BadRequest]);
        }
    }
}
