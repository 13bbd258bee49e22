using System.Net.Http.Headers;
using System.Net.Http.Json;
using Streaming.Cluster.Broadcasts.Rungs;
using Streaming.Gateway.Api;
using Streaming.Gateway.Tests.Nodes;

namespace Streaming.Gateway.Tests.Access;

/// <summary>Where things are on the node, a channel tells the operator alone; and that is no way to guess the token.</summary>
public sealed class OperatorSightTests
{
    [Fact]
    public async Task Show_WithAWrongToken_IsAsForAStranger_AndCountsAsAGuess()
    {
        await using var node = await Node.StartAsync("Ladder:Ffmpeg=/nonexistent/ffmpeg");
        var channel = await node.CreateChannelAsync();
        await Eventually.GetAsync("it is told", channel.ShowAsync, static shown => shown.Transcoder is not null);
        Assert.Contains("/nonexistent", await MessageAsync(channel, $"Bearer {Node.AdminToken}"), StringComparison.Ordinal);
        Assert.Equal(TranscoderStatus.CannotBeUsed, await MessageAsync(channel, "Basic b3BlcmF0b3I6c2VjcmV0"));

        // More than the burst, in case the machine is so slow that some are forgiven meanwhile.
        await Eventually.GetAsync(
            "the address is held off",
            async () =>
            {
                Assert.Equal(TranscoderStatus.CannotBeUsed, await MessageAsync(channel, $"Bearer {Guid.NewGuid()}"));
                return await MessageAsync(channel, $"Bearer {Node.AdminToken}");
            },
            static message => message == TranscoderStatus.CannotBeUsed);
    }

    private static async Task<string?> MessageAsync(TestChannel channel, string authorization)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/channels/{channel.Slug}");
        request.Headers.Authorization = AuthenticationHeaderValue.Parse(authorization);
        using var response = await channel.Node.Viewer.SendAsync(request);
        return (await response.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<ChannelDetail>())!.Transcoder!.Message;
    }
}
