using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Streaming.Gateway.Api;
using Streaming.Gateway.Tests.Nodes;

namespace Streaming.Gateway.Tests.Api;

/// <summary>Channels over the REST API, while nobody publishes.</summary>
public sealed class ChannelTests(OfflineNode fixture) : IClassFixture<OfflineNode>
{
    private readonly Node _node = fixture.Node;

    [Fact]
    public async Task PutChannel_New_TellsStreamKeyAndWhereToPublish()
    {
        using var response = await _node.Admin.PutAsJsonAsync("/api/channels/put-new", new { title = "My channel" });

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.Equal("/api/channels/put-new", response.Headers.Location?.ToString());
        var access = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(["slug", "title", "streamKey", "rtmpUrl"], access.EnumerateObject().Select(member => member.Name));
        Assert.Equal("put-new", access.GetProperty("slug").GetString());
        Assert.Equal("My channel", access.GetProperty("title").GetString());
        Assert.Matches("^[A-Za-z0-9_-]{32}$", access.GetProperty("streamKey").GetString());
        Assert.StartsWith("rtmp://127.0.0.1:", access.GetProperty("rtmpUrl").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task PutChannel_Again_KeepsTitleAndKeepsKeySecret()
    {
        await _node.Admin.PutAsJsonAsync("/api/channels/again", new { title = "First" });

        var again = await PutAsync("again", null);
        var renamed = await PutAsync("again", "Second");

        Assert.Equal((null, "First"), (again.StreamKey, again.Title));
        Assert.Equal((null, "Second"), (renamed.StreamKey, renamed.Title));
        Assert.Equal("Second", (await _node.Viewer.GetFromJsonAsync<ChannelDetail>("/api/channels/again"))!.Title);
    }

    [Fact]
    public async Task PutChannel_TitleInChunks_TakesIt()
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, "/api/channels/in-chunks")
        {
            Content = JsonContent.Create(new { title = "In chunks" }),
        };
        request.Headers.TransferEncodingChunked = true;

        using var response = await _node.Admin.SendAsync(request);

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.Equal("In chunks", (await response.Content.ReadFromJsonAsync<ChannelAccess>())!.Title);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("a-b--c")]
    [InlineData("a23456789012345678901234567890123456789012345678901234567890123")]
    public async Task PutChannel_SlugAtItsLimits_MakesChannel(string slug)
    {
        using var response = await _node.Admin.PutAsync($"/api/channels/{slug}", null);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.Equal(slug, (await _node.Viewer.GetFromJsonAsync<ChannelDetail>($"/api/channels/{slug}"))!.Title);
    }

    [Theory]
    [InlineData("-a")]
    [InlineData("a-")]
    [InlineData("A")]
    [InlineData("a_b")]
    [InlineData("a.b")]
    [InlineData("a%20b")]
    [InlineData("a%0A")]
    [InlineData("a%2Fb")]
    [InlineData("%C3%A4")]
    [InlineData("a234567890123456789012345678901234567890123456789012345678901234")]
    public async Task PutChannel_SlugBeyondItsLimits_IsRefusedWithReason(string slug)
    {
        using var response = await _node.Admin.PutAsync($"/api/channels/{slug}", null);
        var problem = await Problem.AssertAsync(HttpStatusCode.BadRequest, response);
        Assert.Contains("63 characters", problem.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(140)]
    public async Task PutChannel_TitleAtItsLimits_IsTaken(int length)
    {
        var title = new string('ü', length);
        Assert.Equal(title, (await PutAsync($"title-{length}", $"  {title} ")).Title);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \t\n")]
    [InlineData("141")]
    public async Task PutChannel_TitleBeyondItsLimits_IsRefusedAndMakesNothing(string title)
    {
        title = title == "141" ? new string('x', 141) : title;
        using var response = await _node.Admin.PutAsJsonAsync("/api/channels/bad-title", new { title });
        await Problem.AssertAsync(HttpStatusCode.BadRequest, response);
        await Problem.AssertAsync(HttpStatusCode.NotFound, await _node.Viewer.GetAsync("/api/channels/bad-title"));
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("\"title\"")]
    [InlineData("{\"title\": 5}")]
    [InlineData("{\"title\": \"\\ud800\"}")]
    [InlineData("{\"title\": \"a\"} {}")]
    [InlineData("{\"title\": \"a\"}", "text/plain")]
    public async Task PutChannel_BodyThatIsNoChannel_IsRefusedWithReason(string body, string type = "application/json")
    {
        using var content = new StringContent(body, Encoding.UTF8, type);
        using var response = await _node.Admin.PutAsync("/api/channels/bad-body", content);
        await Problem.AssertAsync(HttpStatusCode.BadRequest, response);
        await Problem.AssertAsync(HttpStatusCode.NotFound, await _node.Viewer.GetAsync("/api/channels/bad-body"));
    }

    [Theory]
    [InlineData(17 * 1024, false)]
    [InlineData(17 * 1024, true)]
    [InlineData(100 * 1024, false)]
    [InlineData(100 * 1024, true)]
    public async Task PutChannel_BodyTooLarge_IsRefusedWithReason(int length, bool inChunks)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, "/api/channels/too-large")
        {
            Content = new StringContent($"{{\"title\": \"a\"{new string(' ', length)}}}", Encoding.UTF8, "application/json"),
        };
        request.Headers.TransferEncodingChunked = inChunks;
        request.Headers.ConnectionClose = true;

        using var response = await _node.Admin.SendAsync(request);

        await Problem.AssertAsync(HttpStatusCode.RequestEntityTooLarge, response);
        await Problem.AssertAsync(HttpStatusCode.NotFound, await _node.Viewer.GetAsync("/api/channels/too-large"));
    }

    [Fact]
    public async Task ShowChannel_Offline_SaysSoAndTellsNoKey()
    {
        var channel = await _node.CreateChannelAsync();

        var text = await _node.Viewer.GetStringAsync($"/api/channels/{channel.Slug}");

        Assert.DoesNotContain(channel.StreamKey, text, StringComparison.Ordinal);
        using var shown = JsonDocument.Parse(text);
        Assert.Equal(
            [
                "slug", "title", "live", "broadcastId", "startedAt", "viewers", "quality", "renditions", "ingest", "transcoder",
                "refusal",
            ],
            shown.RootElement.EnumerateObject().Select(member => member.Name));
        Assert.False(shown.RootElement.GetProperty("live").GetBoolean());
        Assert.Equal(0, shown.RootElement.GetProperty("renditions").GetArrayLength());
        Assert.Equal(JsonValueKind.Null, shown.RootElement.GetProperty("startedAt").ValueKind);
    }

    [Fact]
    public async Task ListChannels_Several_AreInOrderAndTellNoKey()
    {
        var second = await _node.CreateChannelAsync("list-b");
        var first = await _node.CreateChannelAsync("list-a");

        var text = await _node.Viewer.GetStringAsync("/api/channels");

        Assert.DoesNotContain(first.StreamKey, text, StringComparison.Ordinal);
        Assert.DoesNotContain(second.StreamKey, text, StringComparison.Ordinal);
        var slugs = JsonDocument.Parse(text).RootElement.EnumerateArray()
            .Select(channel => channel.GetProperty("slug").GetString()!).ToList();
        Assert.Equal(["list-a", "list-b"], slugs.Where(slug => slug.StartsWith("list-", StringComparison.Ordinal)));
        Assert.Equal(slugs.Order(StringComparer.Ordinal), slugs);
    }

    [Fact]
    public async Task DeleteChannel_ThatIsThere_IsGone()
    {
        var channel = await _node.CreateChannelAsync();
        var path = $"/api/channels/{channel.Slug}";

        using var deleted = await _node.Admin.DeleteAsync(path);

        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        await Problem.AssertAsync(HttpStatusCode.NotFound, await _node.Viewer.GetAsync(path));
        await Problem.AssertAsync(HttpStatusCode.NotFound, await _node.Admin.DeleteAsync(path));
        Assert.NotEqual(channel.StreamKey, (await PutAsync(channel.Slug, null)).StreamKey);
    }

    [Theory]
    [InlineData("GET", "/api/channels/nobody")]
    [InlineData("POST", "/api/channels/nobody/stream-key")]
    [InlineData("DELETE", "/api/channels/nobody")]
    [InlineData("GET", "/api/nothing")]
    [InlineData("GET", "/live/nobody/index.m3u8")]
    [InlineData("GET", "/live/nobody/manifest.mpd")]
    [InlineData("GET", "/live/nobody/thumbnail.jpg")]
    [InlineData("GET", "/live/nothing")]
    public async Task Address_OfNothing_IsNotFoundWithReason(string method, string path)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        await Problem.AssertAsync(HttpStatusCode.NotFound, await _node.Admin.SendAsync(request));
    }

    private async Task<ChannelAccess> PutAsync(string slug, string? title)
    {
        using var response = await _node.Admin.PutAsJsonAsync($"/api/channels/{slug}", new { title });
        Assert.True(response.IsSuccessStatusCode, $"{response.StatusCode}");
        return (await response.Content.ReadFromJsonAsync<ChannelAccess>())!;
    }
}
