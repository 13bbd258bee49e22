using System.Diagnostics.CodeAnalysis;

namespace Streaming.Cluster.Membership;

/// <summary>What a node does for its cluster. All nodes answer for all channels, whatever else they do.</summary>
/// <param name="Ingest">It lets broadcasters in, and is the origin of what they send.</param>
/// <param name="Transcode">It works on transcode runs, of its own broadcasts and of those of other nodes.</param>
/// <param name="Gateway">It serves viewers, and the pages.</param>
public sealed record NodeRoles(bool Ingest, bool Transcode, bool Gateway)
{
    private const string IngestName = "ingest", TranscodeName = "transcode", GatewayName = "gateway";

    /// <summary>All three.</summary>
    public static NodeRoles All { get; } = new(true, true, true);

    /// <summary>Those that a node has, as they are written.</summary>
    public IReadOnlyList<string> Names =>
    [
        .. Ingest ? [IngestName] : Array.Empty<string>(),
        .. Transcode ? [TranscodeName] : Array.Empty<string>(),
        .. Gateway ? [GatewayName] : Array.Empty<string>(),
    ];

    /// <summary>Reads <c>ingest,transcode,gateway</c>, or some of them in any order; false where there is another one, none, or one twice.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out NodeRoles? roles)
    {
        var names = text.Split(',', StringSplitOptions.TrimEntries);
        roles = names.Distinct(StringComparer.Ordinal).Count() == names.Length && names.Except(All.Names).FirstOrDefault() is null
            ? new(names.Contains(IngestName), names.Contains(TranscodeName), names.Contains(GatewayName))
            : null;
        return roles is not null;
    }

    public override string ToString() => string.Join(',', Names);
}
