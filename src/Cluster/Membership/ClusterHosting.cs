using Akka.Actor;
using Akka.Cluster.Hosting;
using Akka.Configuration;
using Akka.Hosting;
using Akka.Persistence.Sql.Hosting;
using LinqToDB;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Streaming.Cluster.Graphs;
using Streaming.Cluster.Serialization;

namespace Streaming.Cluster.Membership;

/// <summary>Puts the actor system into the host, as a member of a cluster that may have no other.</summary>
public static class ClusterHosting
{
    private const string SystemName = "streaming";
    private const string Settings = "Streaming.Cluster.Membership.membership.hocon";
    private const string NetworkSettings = "Streaming.Cluster.Membership.network.hocon";

    /// <summary>Adds the actor system with cluster, sharding, persistence and publish-subscribe.</summary>
    /// <param name="services">The host's; <see cref="EventJournal"/> and <see cref="Leaving"/> are among them.</param>
    /// <param name="akka">What the operator tells Akka.NET.</param>
    /// <param name="network">Where others reach this node; null where there are none, and it listens nowhere.</param>
    /// <param name="roles">What this node does.</param>
    /// <param name="formats">How messages and events are written.</param>
    /// <param name="rooms">Each starts the actors of one room.</param>
    public static void AddStreamingCluster(
        this IServiceCollection services,
        Config akka,
        ClusterNetwork? network,
        NodeRoles roles,
        MessageFormats formats,
        params IReadOnlyCollection<Action<AkkaConfigurationBuilder, IServiceProvider>> rooms) =>
        services.AddSingleton<LostMembership>().AddAkka<ClusterNode>(SystemName, (builder, provider) =>
        {
            // Whoever comes later has the last word, and that is the operator's.
            builder.ConfigureLoggers(static loggers =>
            {
                loggers.ClearLoggers();
                loggers.AddLoggerFactory();
            });
            builder.AddHocon(Resource(Settings), HoconAddMode.Prepend);
            builder.AddHocon(Inline.Configuration, HoconAddMode.Prepend);

            // As options, and not as configuration, which Akka.NET tells whoever asks it to: there may be a password in it.
            var journal = provider.GetRequiredService<EventJournal>();
            builder.WithSqlPersistence(
                new DataOptions().UseConnectionString(journal.Provider, journal.ConnectionString), autoInitialize: false);
            builder.WithCustomSerializer("streaming", formats.Types, system => new MessageSerializer(system, formats));
            builder.WithDistributedPubSub("");
            if (network is not null)
            {
                builder.WithNetwork(network, provider);
            }

            foreach (var room in rooms)
            {
                room(builder, provider);
            }
            builder.AddHocon(akka, HoconAddMode.Prepend);

            // Our rooms go by them: the operator may name more, and not fewer.
            var all = roles.Names.Union(akka.GetStringList("akka.cluster.roles", []));
            builder.AddHocon(
                ConfigurationFactory.ParseString($"akka.cluster.roles = [{string.Join(", ", all.Select(static role => $"\"{role}\""))}]"),
                HoconAddMode.Prepend);
        });

    private static void WithNetwork(this AkkaConfigurationBuilder builder, ClusterNetwork network, IServiceProvider provider)
    {
        builder.AddHocon(Resource(NetworkSettings), HoconAddMode.Prepend);
        builder.AddHocon(network.ToHocon(SystemName), HoconAddMode.Prepend);
        builder.AddSetup(ClusterSecret.ToSetup(network.Secret));
        var logger = provider.GetRequiredService<ILogger<RefusalWatchdog>>();
        builder.WithActors((system, _) => system.ActorOf(Props.Create(() => new RefusalWatchdog(logger)), "refusal-watchdog"));
    }

    private static Config Resource(string name) => ConfigurationFactory.FromResource(name, typeof(ClusterHosting).Assembly);
}
