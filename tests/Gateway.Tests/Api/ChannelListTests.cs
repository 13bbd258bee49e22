using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Streaming.Gateway.Api;
using Streaming.Gateway.Tests.Nodes;

namespace Streaming.Gateway.Tests.Api;

/// <summary>The list of channels, which many ask for.</summary>
public sealed class ChannelListTests(OfflineNode fixture) : IClassFixture<OfflineNode>
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task ChannelList_AskedOften_IsMadeOnceASecond()
    {
        await fixture.Node.CreateChannelAsync();
        var list = ActivatorUtilities.CreateInstance<ChannelList>(fixture.Node.Services, _time);

        var made = BytesOf(list);
        Assert.Same(made, BytesOf(list));
        _time.Advance(ChannelList.AgeMax);
        Assert.NotSame(made, BytesOf(list));
    }

    [Fact]
    public async Task ChannelList_AfterAChange_HasItAtOnce()
    {
        var list = ActivatorUtilities.CreateInstance<ChannelList>(fixture.Node.Services, _time);
        BytesOf(list);

        var channel = await fixture.Node.CreateChannelAsync();
        Assert.Contains(channel.Slug, Encoding.UTF8.GetString(BytesOf(list)), StringComparison.Ordinal);

        await fixture.Node.Admin.DeleteAsync($"/api/channels/{channel.Slug}");
        Assert.DoesNotContain(channel.Slug, Encoding.UTF8.GetString(BytesOf(list)), StringComparison.Ordinal);
    }

    private static byte[] BytesOf(ChannelList list)
    {
        Assert.True(MemoryMarshal.TryGetArray(list.Json(), out var segment));
        return segment.Array!;
    }
}
