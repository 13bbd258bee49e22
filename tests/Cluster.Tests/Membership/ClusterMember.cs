using System.Diagnostics.Metrics;
using Akka.Actor;
using Akka.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Streaming.Cluster.Actors;
using Streaming.Cluster.Channels;
using Streaming.Cluster.Membership;
using Streaming.Cluster.Serialization;
using Streaming.Cluster.Transcoding;
using Streaming.Pipeline.Transcoding;

namespace Streaming.Cluster.Tests.Membership;

/// <summary>A node's actor system with its channels, started and stopped as by a host, with its databases in a folder.</summary>
internal sealed class ClusterMember : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private bool _isStopped;

    private ClusterMember(ServiceProvider services) => _services = services;

    public ActorSystem System => _services.GetRequiredService<ActorSystem>();

    public Akka.Cluster.Cluster Cluster => Akka.Cluster.Cluster.Get(System);

    /// <summary>Completes when the host is told to stop.</summary>
    public Task Stopped => _services.GetRequiredService<Lifetime>().Stopped;

    public ChannelDirectory Directory => _services.GetRequiredService<ChannelDirectory>();

    public ChannelRegistry Registry => _services.GetRequiredService<ChannelRegistry>();

    public RegionRuns Runs => _services.GetRequiredService<RegionRuns>();

    /// <param name="folder">Has its databases.</param>
    /// <param name="leaving">What is ended when it leaves.</param>
    /// <param name="meters">Make its instruments; null for none.</param>
    /// <param name="akka">What its actor system is told, in HOCON.</param>
    /// <param name="database">How to get to its events, if they are in a PostgreSQL database.</param>
    /// <param name="network">Where others reach it; null for no others.</param>
    /// <param name="given">Epochs that were given before.</param>
    public static async Task<ClusterMember> StartAsync(
        TemporaryFolder folder,
        Func<Task>? leaving = null,
        IMeterFactory? meters = null,
        string akka = "",
        string? database = null,
        ClusterNetwork? network = null,
        params IReadOnlyList<(string Slug, long Epoch)> given)
    {
        var services = new ServiceCollection();
        services.AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance);
        services.AddSingleton(typeof(ILogger<>), typeof(NullLogger<>));
        services.AddSingleton<Lifetime>();
        services.AddSingleton<IHostApplicationLifetime>(provider => provider.GetRequiredService<Lifetime>());
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(_ => EventJournal.Open(folder.Path, database));
        services.AddSingleton(new Leaving(leaving ?? (() => Task.CompletedTask)));
        if (meters is not null)
        {
            services.AddSingleton(meters);
            services.AddSingleton<ActorInstruments>();
            services.AddSingleton<ChannelInstruments>();
            services.AddSingleton<SlotInstruments>();
        }

        services.AddStreamingCluster(
            ConfigurationFactory.ParseString(akka),
            network,
            NodeRoles.All,
            new MessageFormats([.. ChannelFormats.All, .. RunFormats.All]),
            static (builder, provider) => builder.WithLostMessages(provider),
            static (builder, provider) => builder.WithChannels(provider),
            static (builder, provider) => builder.WithTranscodeRuns(provider, isWorker: true));
        services.AddTranscodeRuns(new LadderOptions(), isWorker: true);
        services.AddChannels(folder.Path, _ => given);
        var member = new ClusterMember(services.BuildServiceProvider());
        foreach (var hosted in member._services.GetServices<IHostedService>())
        {
            await hosted.StartAsync(CancellationToken.None);
        }

        return member;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_isStopped)
        {
            _isStopped = true;
            foreach (var hosted in _services.GetServices<IHostedService>().Reverse())
            {
                await hosted.StopAsync(CancellationToken.None);
            }

            await _services.DisposeAsync();
        }
    }

    private sealed class Lifetime : IHostApplicationLifetime
    {
        private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Stopped => _stopped.Task;

        public CancellationToken ApplicationStarted => CancellationToken.None;

        public CancellationToken ApplicationStopping => CancellationToken.None;

        public CancellationToken ApplicationStopped => CancellationToken.None;

        public void StopApplication() => _stopped.TrySetResult();
    }
}
