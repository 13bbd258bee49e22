using Akka.Configuration;
using Akka.Hosting.Configuration;

namespace Streaming.Gateway.Configuration;

/// <summary>What a node is told: by its file, its environment and its command line; who comes later wins.</summary>
/// <param name="Options">Our own settings.</param>
/// <param name="Akka">Akka.NET's, below <c>akka</c>; empty unless told otherwise.</param>
internal sealed record NodeSettings(StreamingOptions Options, Config Akka)
{
    /// <summary>The node's configuration file, HOCON, read from the working directory. There need not be one.</summary>
    public const string FileName = "cluster.hocon";

    /// <param name="configuration">Gets what the node is told.</param>
    /// <param name="args">The command line.</param>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidOperationException">It does not hold; the message says what to change.</exception>
    public static NodeSettings Read(IConfigurationBuilder configuration, string[] args, string path = FileName)
    {
        var file = new HoconConfiguration(HoconFile.Read(Path.GetFullPath(path)));
        var all = configuration.Add(file).AddEnvironmentVariables().AddCommandLine(args).Build();
        var options = ConfiguredOptions.Read(all.GetSection(StreamingOptions.Section), file.Problems());

        // The environment's have no hyphens: Akka__Cluster__Gossip_Interval is akka.cluster.gossip-interval.
        var beside = all.GetSection("akka");
        return new NodeSettings(options, beside.Exists() ? beside.ToHocon().WithFallback(file.Akka) : file.Akka);
    }
}
