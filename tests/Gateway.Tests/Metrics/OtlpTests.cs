using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Streaming.Gateway.Tests.Nodes;
using Streaming.Pipeline.Tests;

namespace Streaming.Gateway.Tests.Metrics;

/// <summary>A collector that is configured gets metrics and traces, the last ones when the node ends.</summary>
public sealed class OtlpTests
{
    [Fact]
    public async Task Collector_Configured_GetsWhatThereIsWhenTheNodeEnds()
    {
        await using var collector = await Collector.StartAsync();
        await using var node = await Node.StartAsync("Ladder:Enabled=false", $"Metrics:Otlp={collector.Address}v1/metrics");

        await node.StopAsync();

        var (path, body) = Assert.Single(collector.Requests, request => request.Path == "/v1/metrics");
        Assert.Equal("/v1/metrics", path);
        Assert.Contains("streaming.broadcast.active", Encoding.Latin1.GetString(body), StringComparison.Ordinal); // Protobuf has texts as they are.
    }

    [Fact]
    public async Task Collector_OfABroadcast_GetsItsTraces_LinkedFromWhoAsksToWhoActs()
    {
        await using var collector = await Collector.StartAsync();
        await using var node = await Node.StartAsync($"Metrics:Otlp={collector.Address}v1/metrics");
        var channel = await node.CreateChannelAsync();
        string broadcast;
        await using (channel.Publish(await TestMedia.FlvAsync(seconds: 4, size: "640x360")))
        {
            broadcast = (await channel.LiveAsync("source", "240p")).BroadcastId!;
        }

        await node.StopAsync();

        Assert.Equal(["/v1/metrics", "/v1/traces"], collector.Requests.Select(request => request.Path).Distinct().Order());
        var spans = collector.Requests.Where(request => request.Path == "/v1/traces")
            .SelectMany(request => OtlpSpan.ReadAll(request.Body)).ToList();
        var asked = Assert.Single(
            spans, span => span is { Name: "channel/claim", Kind: OtlpSpan.Client } && span.Has("streaming.channel", channel.Slug));
        var decided = Assert.Single(spans, span => span.ParentId == asked.Id);
        var stored = Assert.Single(spans, span => span.ParentId == decided.Id);
        Assert.Equal("", asked.ParentId);
        Assert.Equal(("channel/claim", OtlpSpan.Server, asked.TraceId), (decided.Name, decided.Kind, decided.TraceId));
        Assert.Equal(("INSERT journal", asked.TraceId), (stored.Name, stored.TraceId));

        var begun = Assert.Single(
            spans, span => span is { Name: "run/start", Kind: OtlpSpan.Server } && span.Has("streaming.broadcast", broadcast));
        Assert.Equal(begun.TraceId, Assert.Single(spans, span => span.Id == begun.ParentId).TraceId);
        Assert.Contains(spans, span => span.Name == "segment/store"
            && span.Attributes["file.path"].StartsWith($"live/{broadcast}/source/", StringComparison.Ordinal));
        Assert.DoesNotContain(
            spans.SelectMany(span => span.Attributes.Values), value => value.Contains(channel.StreamKey, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Traces_ForNobody_AreNotSent()
    {
        await using var collector = await Collector.StartAsync();
        await using var node = await Node.StartAsync(
            "Ladder:Enabled=false", $"Metrics:Otlp={collector.Address}v1/metrics", "Traces:Otlp=none");
        var channel = await node.CreateChannelAsync();
        await using (channel.Publish(await Sources.VideoOnly))
        {
            await channel.LiveAsync("source");
        }

        await node.StopAsync();

        Assert.All(collector.Requests, request => Assert.Equal("/v1/metrics", request.Path));
    }

    private sealed class Collector(WebApplication app) : IAsyncDisposable
    {
        public ConcurrentQueue<(string Path, byte[] Body)> Requests { get; } = new();

        public string Address =>
            app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single() + "/";

        public static async Task<Collector> StartAsync()
        {
            var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
            builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
            var app = builder.Build();
            var collector = new Collector(app);
            app.Run(async context =>
            {
                using var body = new MemoryStream();
                await context.Request.Body.CopyToAsync(body);
                collector.Requests.Enqueue((context.Request.Path.Value!, body.ToArray()));
            });
            await app.StartAsync();
            return collector;
        }

        public ValueTask DisposeAsync() => app.DisposeAsync();
    }
}
