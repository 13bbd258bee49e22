using System.Net;
using System.Net.Http.Headers;
using Streaming.Gateway.Tests.Nodes;

namespace Streaming.Gateway.Tests.Api;

/// <summary>What only the operator may do, and the operator's token.</summary>
public sealed class AdminTokenTests(OfflineNode fixture) : IClassFixture<OfflineNode>
{
    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task AdminEndpoint_WithoutTheToken_IsUnauthorizedAndChangesNothing(
        string method, string path, string? authorization)
    {
        var channel = await fixture.Node.CreateChannelAsync();
        using var request = new HttpRequestMessage(
            new HttpMethod(method), path.Replace("SLUG", channel.Slug, StringComparison.Ordinal));
        if (authorization is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        }

        using var response = await fixture.Node.Viewer.SendAsync(request);

        var problem = await Problem.AssertAsync(HttpStatusCode.Unauthorized, response);
        Assert.Equal("Bearer", Assert.Single(response.Headers.WwwAuthenticate).Scheme);
        Assert.Contains("Authorization: Bearer", problem.Detail, StringComparison.Ordinal);
        Assert.False((await channel.ShowAsync()).Live);
        await using var publisher = await channel.PublishByHandAsync();
    }

    [Fact]
    public async Task AdminToken_NotConfigured_IsGeneratedOnceIntoFileOfItsOwner()
    {
        var data = Directory.CreateTempSubdirectory("streaming-token-");
        try
        {
            var file = Path.Combine(data.FullName, "admin-token");
            await using (await Node.StartOnAsync(data.FullName, "Admin:Token="))
            {
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
            }

            var token = (await File.ReadAllTextAsync(file)).Trim();
            Assert.Matches("^[A-Za-z0-9_-]{32}$", token);

            await using var again = await Node.StartOnAsync(data.FullName, "Admin:Token=");
            using var request = new HttpRequestMessage(HttpMethod.Put, "/api/channels/with-generated");
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            using var response = await again.Viewer.SendAsync(request);
            Assert.Equal(HttpStatusCode.Created, response.StatusCode);
            Assert.Equal(token, (await File.ReadAllTextAsync(file)).Trim());
        }
        finally
        {
            data.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Channels_AfterRestart_AreThereWithTheirKeys()
    {
        var data = Directory.CreateTempSubdirectory("streaming-restart-");
        try
        {
            string slug, key;
            await using (var before = await Node.StartOnAsync(data.FullName))
            {
                (_, slug, key) = await before.CreateChannelAsync();
            }

            foreach (var file in Directory.GetFiles(data.FullName, "*.db"))
            {
                Assert.DoesNotContain(key, await File.ReadAllTextAsync(file), StringComparison.Ordinal);
            }

            await using var after = await Node.StartOnAsync(data.FullName);
            await using var publisher = await new TestChannel(after, slug, key).PublishByHandAsync();
        }
        finally
        {
            data.Delete(recursive: true);
        }
    }

    public static IEnumerable<TheoryDataRow<string, string, string?>> Refusals() =>
        from endpoint in ((string Method, string Path)[])
            [("PUT", "/api/channels/SLUG"), ("POST", "/api/channels/SLUG/stream-key"), ("DELETE", "/api/channels/SLUG")]
        from authorization in (string?[])
            [null, "Bearer wrong", "Bearer", "Bearer ", Node.AdminToken, $"Basic {Node.AdminToken}", $"Bearer {Node.AdminToken}x"]
        select new TheoryDataRow<string, string, string?>(endpoint.Method, endpoint.Path, authorization);
}
