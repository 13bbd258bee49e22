using Streaming.Cluster.Broadcasts;
using Streaming.Cluster.Membership;
using Streaming.Cluster.Recordings;
using Streaming.Pipeline.Rtmp;
using Streaming.Pipeline.Timelines;
using Streaming.Pipeline.Transcoding;
using static Streaming.Pipeline.Settings.Bounds;

namespace Streaming.Gateway.Configuration;

/// <summary>
/// Everything that can be configured, below <c>Streaming</c>: in <c>cluster.hocon</c>, or as environment variables like
/// <c>Streaming__Http__Port</c>, which win.
/// </summary>
public sealed record StreamingOptions
{
    public const string Section = "Streaming";

    /// <summary>
    /// What this node does, some of <c>ingest</c>, <c>transcode</c> and <c>gateway</c>, all three unless told otherwise; see <see cref="NodeRoles"/>. A
    /// node that is alone needs all three.
    /// </summary>
    public string Roles { get; init; } = NodeRoles.All.ToString();

    public ClusterOptions Cluster { get; init; } = new();

    /// <summary>Where viewers and the API are served.</summary>
    public ListenOptions Http { get; init; } = new() { Port = 8080 };

    /// <summary>Where broadcasters push to.</summary>
    public ListenOptions Rtmp { get; init; } = new() { Port = 1935 };

    /// <summary>What broadcasters' connections may do; configured beside their address, below <c>Rtmp</c>.</summary>
    [ConfigurationKeyName(nameof(Rtmp))]
    public RtmpLimits RtmpLimits { get; init; } = new();

    /// <summary>What viewers' connections may do.</summary>
    public ConnectionOptions Connections { get; init; } = new();

    public DataOptions Data { get; init; } = new();

    public AdminOptions Admin { get; init; } = new();

    public AccessOptions Access { get; init; } = new();

    public SegmentationOptions Segments { get; init; } = new();

    public LadderOptions Ladder { get; init; } = new();

    public StorageOptions Storage { get; init; } = new();

    public MetricsOptions Metrics { get; init; } = new();

    public TracesOptions Traces { get; init; } = new();

    public RecordingOptions Recordings { get; init; } = new();

    /// <summary>See <see cref="BroadcastOptions.ReconnectWindow"/>.</summary>
    public TimeSpan ReconnectWindow { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>See <see cref="BroadcastOptions.Retention"/>.</summary>
    public TimeSpan Retention { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>What this node does.</summary>
    internal NodeRoles ForRoles() => NodeRoles.TryParse(Roles, out var roles) ? roles : NodeRoles.All;

    public BroadcastOptions ForBroadcasts() => new()
    {
        Segments = Segments,
        Ladder = Ladder,
        ReconnectWindow = ReconnectWindow,
        Retention = Retention,
        BitRateMax = RtmpLimits.BitRateMax,
    };

    /// <summary>What is kept, with a limit in bytes where the storage has one.</summary>
    public RecordingOptions ForRecordings() => Recordings with { MaxBytes = Recordings.MaxBytes ?? Storage.LimitBytes / 2 };

    /// <summary>What is wrong with them, in sentences; empty when nothing is.</summary>
    internal IEnumerable<string> Problems() =>
    [
        .. Of(nameof(Http), Http.Problems()),
        .. Of(nameof(Rtmp), Rtmp.Problems()),
        .. Of(nameof(Rtmp), RtmpLimits.Problems()),
        .. Of(nameof(Connections), Connections.Problems()),
        .. Of(nameof(Data), Data.Problems()),
        .. Of(nameof(Admin), Admin.Problems()),
        .. Of(nameof(Access), Access.Problems()),
        .. Of(nameof(Cluster), Cluster.Problems()),
        .. Of(nameof(Segments), Segments.Problems()),
        .. Of(nameof(Ladder), Ladder.Problems()),
        .. Of(nameof(Storage), Storage.Problems()),
        .. Of(nameof(Metrics), Metrics.Problems()),
        .. Of(nameof(Traces), Traces.Problems()),
        .. Of(nameof(Recordings), Recordings.Problems(Storage.LimitBytes ?? long.MaxValue)),
        .. Own(),
    ];

    private static IEnumerable<string> Of(string group, IEnumerable<string> problems) =>
        problems.Select(problem => $"{Section}:{group}:{problem}");

    /// <summary>Of settings that are in no group, or contradict those of another one.</summary>
    private IEnumerable<string> Own()
    {
        if (Http.Port == Rtmp.Port && Http.Port != 0)
        {
            yield return $"{Section}:Http:Port and {Section}:Rtmp:Port are both {Http.Port}; they have to differ.";
        }

        if (Cluster.Host.Length > 0 && string.IsNullOrEmpty(Admin.Token))
        {
            yield return $"{Section}:Cluster:Host needs {Section}:Admin:Token, the same on all nodes: an operator may come to any.";
        }

        if (!NodeRoles.TryParse(Roles, out var roles))
        {
            yield return $"{Section}:Roles is '{Roles}'; it has to be some of '{NodeRoles.All}', each once.";
        }
        else if (roles != NodeRoles.All && Cluster.Host.Length == 0)
        {
            yield return $"{Section}:Roles is '{Roles}'; a node that is alone ({Section}:Cluster:Host is not set) has to do all of '{NodeRoles.All}'.";
        }

        foreach (var problem in new[]
        {
            Outside(ReconnectWindow, TimeSpan.Zero, TimeSpan.FromMinutes(10), nameof(ReconnectWindow)),
            Outside(Retention, TimeSpan.FromSeconds(10), TimeSpan.FromHours(1), nameof(Retention)),
        }.OfType<string>())
        {
            yield return $"{Section}:{problem}";
        }
    }
}
