using System.Text;
using Akka.Actor;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Streaming.Cluster.Channels;
using Streaming.Cluster.Membership;
using Streaming.Cluster.Recordings;
using Streaming.Gateway.Ingest;
using Streaming.Pipeline.Storage;
using Streaming.Pipeline.Storage.Disk;
using Streaming.Pipeline.Storage.Spill;

namespace Streaming.Gateway.Health;

/// <summary>
/// Whether the node can do what it is for: let broadcasters in, keep what they send, change channels. The answer to
/// <c>/health/ready</c>: <c>Healthy</c>; <c>Degraded</c>, with status 200, where it can and something is wrong all the same; or
/// <c>Unhealthy</c>; and a line for each thing that does not work.
/// </summary>
internal static class Readiness
{
    // Characters of the longest reason.
    private const int ReasonMax = 500;

    /// <param name="services">The node's.</param>
    /// <param name="dataPath">The data folder.</param>
    /// <param name="hasServer">The channels are in a database of a server.</param>
    /// <param name="takesBroadcasters">It is one of the nodes that let broadcasters in.</param>
    public static void AddReadiness(this IServiceCollection services, string dataPath, bool hasServer, bool takesBroadcasters)
    {
        var checks = services.AddHealthChecks();
        if (takesBroadcasters)
        {
            Add("rtmp", static provider => provider.GetRequiredService<RtmpListener>().IsListening
                ? Task.CompletedTask
                : throw new IOException("The node does not listen for broadcasters."));
        }

        AddTelling("storage", static async provider =>
        {
            if (provider.GetService<SpillingStorage>() is { } spill)
            {
                return await spill.FindTroubleAsync(CancellationToken.None);
            }

            await provider.GetRequiredService<IMediaStorage>().CheckAsync(CancellationToken.None);
            return null;
        });
        Add("data", _ =>
        {
            WriteProbe.Try(dataPath);
            return Task.CompletedTask;
        });
        if (!hasServer)
        {
            Add(ChannelDirectory.FileName, static provider =>
            {
                provider.GetRequiredService<ChannelDirectory>().Check();
                return Task.CompletedTask;
            });
        }

        Add("recordings.db", static provider =>
        {
            provider.GetRequiredService<RecordingJournal>().Check();
            return Task.CompletedTask;
        });
        Add(hasServer ? "postgresql" : EventJournal.FileName, static provider =>
        {
            provider.GetRequiredService<EventJournal>().Check();
            return Task.CompletedTask;
        });
        Add("cluster", static async provider =>
        {
            using var patience = new CancellationTokenSource(NodeCheck.Patience / 2);
            await ClusterAnswer.AwaitAsync<ChannelEntity>(provider.GetRequiredService<ActorSystem>(), patience.Token);
        });

        void Add(string name, Func<IServiceProvider, Task> tryOut) => AddTelling(name, async provider =>
        {
            await tryOut(provider);
            return null;
        });

        void AddTelling(string name, Func<IServiceProvider, Task<string?>> tryOut)
        {
            services.AddKeyedSingleton(name, (provider, _) =>
                ActivatorUtilities.CreateInstance<NodeCheck>(provider, name, (Func<Task<string?>>)(() => tryOut(provider))));
            checks.Add(new HealthCheckRegistration(
                name, provider => provider.GetRequiredKeyedService<NodeCheck>(name), HealthStatus.Unhealthy, tags: null));
        }
    }

    public static Task WriteAsync(HttpContext context, HealthReport report)
    {
        context.Response.ContentType = "text/plain; charset=utf-8";
        var text = new StringBuilder(report.Status.ToString());
        foreach (var (name, entry) in report.Entries.Where(entry => entry.Value.Status != HealthStatus.Healthy))
        {
            text.Append('\n').Append(name).Append(": ").Append(OneLine(entry.Description ?? ""));
        }

        return context.Response.WriteAsync(text.ToString(), context.RequestAborted);
    }

    private static string OneLine(string reason) => string.Concat(
        reason.Take(ReasonMax).Select(character => char.IsControl(character) ? ' ' : character));
}
