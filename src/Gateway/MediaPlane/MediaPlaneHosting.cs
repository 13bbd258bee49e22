using Streaming.Cluster.Broadcasts;
using Streaming.Cluster.Edge;
using Streaming.Cluster.Origins;
using Streaming.Gateway.Configuration;
using Streaming.Pipeline.Storage;

namespace Streaming.Gateway.MediaPlane;

/// <summary>Adds a node's part in the media plane: what others follow here, and what is followed elsewhere.</summary>
internal static class MediaPlaneHosting
{
    /// <summary>
    /// Broadcasts as viewers of this node find them (<see cref="EdgeBroadcasts"/>). Those of other nodes are among them.
    /// Their older segments come from their origins.
    /// </summary>
    public static void AddMediaPlane(this IServiceCollection services, ClusterOptions options)
    {
        services.AddSingleton<FollowInstruments>();
        services.AddSingleton<FetchInstruments>();
        services.AddSingleton<OriginDirectory>();
        services.AddSingleton<KeptReplicas>();
        services.AddSingleton(new SecretCheck(options.Secret));
        services.AddSingleton<MediaPlaneClient>();
        services.AddSingleton(provider => new MediaPlaneServer(
            options,
            provider.GetRequiredService<LiveChannels>(),
            provider.GetRequiredService<EdgeBroadcasts>(),
            provider.GetRequiredService<Cluster.Channels.ChannelDirectory>(),
            provider.GetRequiredService<SecretCheck>(),
            provider.GetRequiredService<FollowInstruments>(),
            provider.GetRequiredService<IMediaStorage>(),
            provider.GetRequiredService<FetchInstruments>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILoggerFactory>()));
        services.AddHostedService(static provider => provider.GetRequiredService<MediaPlaneServer>());
        services.AddSingleton(provider => new OriginMedia(
            provider.GetRequiredService<MediaPlaneClient>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<FetchInstruments>()));
        services.AddSingleton(provider => new EdgeBroadcasts(
            provider.GetRequiredService<LiveChannels>(),
            provider.GetRequiredService<BroadcastOptions>(),
            provider.GetRequiredService<IMediaStorage>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<EdgeBroadcasts>>(),
            provider.GetRequiredService<OriginDirectory>(),
            provider.GetRequiredService<KeptReplicas>(),
            provider.GetRequiredService<MediaPlaneClient>(),
            provider.GetRequiredService<OriginMedia>(),
            provider.GetRequiredService<FollowInstruments>()));
    }
}
