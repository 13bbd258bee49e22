using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Streaming.Gateway.Tests.Nodes;

namespace Streaming.Gateway.Tests.Metrics;

/// <summary>A collector that is configured gets the metrics, the last ones when the node ends.</summary>
public sealed class OtlpTests
{
    [Fact]
    public async Task Collector_Configured_GetsWhatThereIsWhenTheNodeEnds()
    {
        await using var collector = await Collector.StartAsync();
        await using var node = await Node.StartAsync("Ladder:Enabled=false", $"Metrics:Otlp={collector.Address}v1/metrics");

        await node.StopAsync();

        var (path, body) = Assert.Single(collector.Requests);
        Assert.Equal("/v1/metrics", path);
        Assert.Contains("streaming.broadcast.active", Encoding.Latin1.GetString(body), StringComparison.Ordinal); // Protobuf has texts as they are.
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
