using System.Collections.Immutable;
using System.Globalization;

namespace Streaming.Playlists;

/// <summary>A media playlist with what Low-Latency HLS adds. RFC 8216bis §4.4.</summary>
public sealed partial record CheckedPlaylist(
    long MediaSequence,
    int TargetDuration,
    decimal PartTarget,
    int Skipped,
    bool IsEnded,
    string? Hint,
    ImmutableArray<CheckedSegment> Segments,
    CheckedSegment Open,
    ImmutableArray<RenditionReport> Reports,
    string Text)
{
    /// <summary>Media sequence number and index of the part that comes next.</summary>
    public (long MediaSequence, int Part) Next => (Open.MediaSequence, Open.Parts.Length);

    /// <summary>An attribute of an attribute list, without its quotes. RFC 8216bis §4.2.</summary>
    public static string? Attribute(string attributes, string name)
    {
        var at = ("," + attributes).IndexOf($",{name}=", StringComparison.Ordinal);
        if (at < 0)
        {
            return null;
        }

        var value = attributes[(at + name.Length + 1)..];
        return value[0] == '"' ? value[1..value.IndexOf('"', 1)] : value.Split(',')[0];
    }

    private static decimal Number(string? value) => decimal.Parse(value!, CultureInfo.InvariantCulture);
}
