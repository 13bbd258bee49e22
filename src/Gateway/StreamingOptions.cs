using Streaming.Cluster.Live;
using Streaming.Cluster.Recordings;
using Streaming.Gateway.Access;
using Streaming.Pipeline.Rtmp;
using Streaming.Pipeline.Timelines;
using Streaming.Pipeline.Transcoding;

namespace Streaming.Gateway;

/// <summary>
/// Everything that can be configured, below <c>Streaming</c>: in <c>cluster.hocon</c>, or as environment variables like
/// <c>Streaming__Http__Port</c>, which win.
/// </summary>
public sealed record StreamingOptions
{
    public const string Section = "Streaming";

    private const string AllRoles = "ingest,transcode,gateway";

    /// <summary>What this node does, of <c>ingest</c>, <c>transcode</c> and <c>gateway</c>; all three as yet.</summary>
    public string Roles { get; init; } = AllRoles;

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

    public RecordingOptions Recordings { get; init; } = new();

    /// <summary>See <see cref="BroadcastOptions.ReconnectWindow"/>.</summary>
    public TimeSpan ReconnectWindow { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>See <see cref="BroadcastOptions.Retention"/>.</summary>
    public TimeSpan Retention { get; init; } = TimeSpan.FromSeconds(60);

    public BroadcastOptions ForBroadcasts() => new()
    {
        Segments = Segments,
        Ladder = Ladder,
        ReconnectWindow = ReconnectWindow,
        Retention = Retention,
        BitRateMax = RtmpLimits.BitRateMax,
    };

    /// <summary>What is kept, with a limit in bytes.</summary>
    public RecordingOptions ForRecordings() => Recordings with { MaxBytes = Recordings.MaxBytes ?? Storage.MaxBytes / 2 };

    /// <summary>What is wrong with them, in sentences; empty when nothing is.</summary>
    public IEnumerable<string> Problems()
    {
        if (Http.Port == Rtmp.Port && Http.Port != 0)
        {
            yield return $"Streaming:Http:Port and Streaming:Rtmp:Port are both {Http.Port}; they have to differ.";
        }

        foreach (var (name, listen) in new[] { ("Http", Http), ("Rtmp", Rtmp) })
        {
            if (listen.Port is < 0 or > 65535)
            {
                yield return $"Streaming:{name}:Port is {listen.Port}; it has to be from 1 to 65535, or 0 for any free one.";
            }

            if (listen.Address != "*" && !System.Net.IPAddress.TryParse(listen.Address, out _))
            {
                yield return $"Streaming:{name}:Address is '{listen.Address}'; it has to be an IP address or '*'.";
            }
        }

        foreach (var problem in RtmpLimits.Problems())
        {
            yield return $"Streaming:Rtmp:{problem}";
        }

        if (!string.IsNullOrEmpty(Admin.Token) && AdminToken.Fault(Admin.Token) is { } fault)
        {
            yield return $"Streaming:Admin:Token {fault}. Without it, one is made and kept in the data folder.";
        }

        if (string.IsNullOrWhiteSpace(Data.Path))
        {
            yield return "Streaming:Data:Path is empty; it has to be a folder.";
        }

        if (Storage.Kind is not (StorageOptions.Disk or StorageOptions.Memory))
        {
            yield return $"Streaming:Storage:Kind is '{Storage.Kind}'; it has to be '{StorageOptions.Disk}' or '{StorageOptions.Memory}'.";
        }

        if (Storage.MaxBytes < StorageOptions.MinBytes)
        {
            yield return $"Streaming:Storage:MaxBytes is {Storage.MaxBytes}; it has to be {StorageOptions.MinBytes} at least.";
        }

        if (Recordings.MaxBytes is { } bytes && (bytes < 0 || bytes > Storage.MaxBytes))
        {
            yield return $"Streaming:Recordings:MaxBytes is {bytes}; it has to be from 0 to Streaming:Storage:MaxBytes, which is "
                + $"{Storage.MaxBytes}.";
        }

        if (Cluster.Engine != ClusterOptions.InProcess)
        {
            yield return $"Streaming:Cluster:Engine is '{Cluster.Engine}'; there is '{ClusterOptions.InProcess}' only as yet.";
        }

        if (!Roles.Split(',', StringSplitOptions.TrimEntries).Order().SequenceEqual(AllRoles.Split(',').Order()))
        {
            yield return $"Streaming:Roles is '{Roles}'; a node without a cluster has all of '{AllRoles}'.";
        }

        foreach (var problem in Access.Problems())
        {
            yield return $"Streaming:Access:{problem}";
        }

        foreach (var problem in Ladder.Problems())
        {
            yield return $"Streaming:Ladder:{problem}";
        }

        foreach (var (name, value, min, max) in new[]
        {
            ("Segments:Target", Segments.Target, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10)),
            ("Segments:PartTarget", Segments.PartTarget, TimeSpan.FromSeconds(0.2), TimeSpan.FromSeconds(1)),
            ("Segments:Window", Segments.Window, Segments.Target * 6, TimeSpan.FromHours(12)),
            ("Connections:StallTimeout", Connections.StallTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5)),
            ("ReconnectWindow", ReconnectWindow, TimeSpan.Zero, TimeSpan.FromMinutes(10)),
            ("Recordings:MaxAge", Recordings.MaxAge, TimeSpan.FromMinutes(1), TimeSpan.FromDays(3650)),
            ("Recordings:Quarantine", Recordings.Quarantine, TimeSpan.FromDays(1), TimeSpan.FromDays(3650)),
            ("Retention", Retention, TimeSpan.FromSeconds(10), TimeSpan.FromHours(1)),
        })
        {
            if (value < min || value > max)
            {
                yield return $"Streaming:{name} is {value}; it has to be from {min} to {max}.";
            }
        }
    }
}

/// <summary>How nodes work together.</summary>
public sealed record ClusterOptions
{
    public const string InProcess = "in-process";

    /// <summary><c>in-process</c>: one node, no server beside it. See decision 0001 for what is to come.</summary>
    public string Engine { get; init; } = InProcess;
}

/// <summary>An address to listen at.</summary>
public sealed record ListenOptions
{
    /// <summary>TCP port, 1–65535, or 0 for any free one.</summary>
    public int Port { get; init; }

    /// <summary>IP address, or <c>*</c> (the default) for every address of the machine.</summary>
    public string Address { get; init; } = "*";
}

/// <summary>What viewers' connections may do.</summary>
public sealed record ConnectionOptions
{
    /// <summary>
    /// How long a viewer may take nothing of what is sent to him before he is cut off. 1 s to 5 min, default 10 s. Shorter frees
    /// memory sooner, longer is kinder to phones in tunnels. Who takes a little goes on.
    /// </summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(10);
}

/// <summary>Where the node keeps its data.</summary>
public sealed record DataOptions
{
    /// <summary>
    /// A folder, default <c>./data</c>; made when missing. Media is in its folder <c>media</c>, where a volume may be mounted.
    /// </summary>
    public string Path { get; init; } = "./data";
}

/// <summary>The operator's access.</summary>
public sealed record AdminOptions
{
    /// <summary>
    /// The token: 16 to 1,024 of ASCII's letters, digits and punctuation. Unset or empty (as the variable of an environment
    /// is when what it is made of is missing), one is generated at the first start and kept in the file <c>admin-token</c>
    /// of the data folder. On the command line every account of the machine can read it.
    /// </summary>
    public string? Token { get; init; }
}

/// <summary>Where media files are kept.</summary>
public sealed record StorageOptions
{
    public const long MinBytes = 64 << 10;
    public const string Disk = "disk";
    public const string Memory = "memory";

    /// <summary><c>disk</c> (the default) or <c>memory</c>.</summary>
    public string Kind { get; init; } = Disk;

    /// <summary>Bytes that media files may take in all, default 20 GiB. Segments beyond it stay in memory while announced.</summary>
    public long MaxBytes { get; init; } = 20L << 30;
}
