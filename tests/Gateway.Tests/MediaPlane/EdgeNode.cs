using Microsoft.Extensions.DependencyInjection;
using Streaming.Cluster.Origins;
using Streaming.Cluster.Tests.Databases;
using Streaming.Gateway.MediaPlane;
using Streaming.Gateway.Tests.Nodes;
using Streaming.Pipeline.Storage;

namespace Streaming.Gateway.Tests.MediaPlane;

/// <summary>An origin with a broadcast of source, 240p and audio under way, and a node beside it that follows it and has nothing of its own.</summary>
public sealed class EdgeNode(SharedPostgres postgres) : IAsyncLifetime
{
    internal const string Secret = "0123456789abcdef0123456789abcdef";

    internal static readonly string[] Renditions = ["source", "240p", "audio"];

    private Publisher? _publisher;

    /// <summary>Whether the edge reads what the origin stores; else each has a disk of its own.</summary>
    internal bool IsStorageShared { get; init; } = true;

    internal OriginDirectory Origins { get; } = new();

    internal Node Origin { get; private set; } = null!;

    internal Node Edge { get; private set; } = null!;

    internal TestChannel Channel { get; private set; } = null!;

    internal string BroadcastId { get; private set; } = null!;

    internal int MediaPort => Origin.Services.GetRequiredService<MediaPlaneServer>().Port;

    public async ValueTask InitializeAsync()
    {
        Origin = await Node.StartAsync(
            "Cluster:Host=127.0.0.1", "Cluster:Port=0", "Cluster:MediaPort=0", $"Cluster:Database={await postgres.CreateDatabaseAsync()}", $"Cluster:Secret={Secret}", "Segments:Window=00:00:16", "Recordings:Enabled=false");
        Channel = await Origin.CreateChannelAsync();
        _publisher = Channel.Publish(await Sources.AudioAndVideo);
        BroadcastId = (await Channel.LiveAsync(Renditions)).BroadcastId!;
        Origins.Take("origin", new ToldOrigins("origin", new("127.0.0.1", MediaPort), 1, 0, 1,
            [new(Channel.Slug, BroadcastId, Origin.Broadcast(Channel.Slug).Epoch, DateTimeOffset.UnixEpoch, IsPlayable: true)], []));
        Edge = await StartEdgeAsync(Secret);
    }

    /// <summary>Another node that knows where the channel is live, and may have its media in the origin's storage.</summary>
    internal Task<Node> StartEdgeAsync(string secret) => Node.StartWithAsync(
        services =>
        {
            services.AddSingleton(Origins);
            if (IsStorageShared)
            {
                services.AddSingleton(Origin.Services.GetRequiredService<IMediaStorage>());
            }
        },
        $"Cluster:Secret={secret}",
        "Ladder:Enabled=false");

    /// <summary>The broadcaster says that it is done.</summary>
    internal Task EndAsync() => _publisher!.StopAsync();

    public async ValueTask DisposeAsync()
    {
        if (_publisher is not null)
        {
            await _publisher.DisposeAsync();
        }

        await Edge.DisposeAsync();
        await Origin.DisposeAsync();
    }
}
