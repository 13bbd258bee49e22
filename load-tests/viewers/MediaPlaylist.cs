using System.Globalization;

namespace Streaming.Viewers;

/// <summary>A segment that a playlist lists.</summary>
/// <param name="MediaSequence">Its number, counted from EXT-X-MEDIA-SEQUENCE.</param>
/// <param name="Uri">Its address as written.</param>
/// <param name="IsGap">It is announced as missing: EXT-X-GAP.</param>
internal readonly record struct ListedSegment(long MediaSequence, string Uri, bool IsGap);

/// <summary>What a viewer needs of a media playlist. RFC 8216 §4.3.3.</summary>
internal sealed record MediaPlaylist(
    long MediaSequence,
    long DiscontinuitySequence,
    double TargetDuration,
    string? Initialization,
    IReadOnlyList<ListedSegment> Segments,
    bool IsEnded)
{
    public long NextMediaSequence => MediaSequence + Segments.Count;

    public static bool TryParse(string text, out MediaPlaylist playlist)
    {
        long mediaSequence = 0, discontinuitySequence = 0;
        double targetDuration = 0;
        string? initialization = null;
        var segments = new List<ListedSegment>();
        var (isEnded, hasDuration, isGap) = (false, false, false);
        foreach (var line in text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (Value(line, "#EXT-X-MEDIA-SEQUENCE:") is { } first)
            {
                mediaSequence = long.Parse(first, CultureInfo.InvariantCulture);
            }
            else if (Value(line, "#EXT-X-DISCONTINUITY-SEQUENCE:") is { } discontinuity)
            {
                discontinuitySequence = long.Parse(discontinuity, CultureInfo.InvariantCulture);
            }
            else if (Value(line, "#EXT-X-TARGETDURATION:") is { } target)
            {
                targetDuration = double.Parse(target, CultureInfo.InvariantCulture);
            }
            else if (Value(line, "#EXT-X-MAP:") is { } map)
            {
                initialization = Attribute(map, "URI") ?? initialization;
            }
            else if (line.StartsWith("#EXTINF:", StringComparison.Ordinal))
            {
                hasDuration = true;
            }
            else if (line == "#EXT-X-GAP")
            {
                isGap = true;
            }
            else if (line == "#EXT-X-ENDLIST")
            {
                isEnded = true;
            }
            else if (line[0] != '#' && hasDuration)
            {
                segments.Add(new ListedSegment(mediaSequence + segments.Count, line, isGap));
                (hasDuration, isGap) = (false, false);
            }
        }

        playlist = new MediaPlaylist(
            mediaSequence, discontinuitySequence, targetDuration, initialization, segments, isEnded);
        return text.StartsWith("#EXTM3U", StringComparison.Ordinal) && targetDuration > 0;
    }

    /// <summary>The quoted value of an attribute list's attribute. RFC 8216 §4.2.</summary>
    public static string? Attribute(string list, string name)
    {
        var at = list.IndexOf(name + "=\"", StringComparison.Ordinal);
        if (at < 0)
        {
            return null;
        }

        var begin = at + name.Length + 2;
        var end = list.IndexOf('"', begin);
        return end < 0 ? null : list[begin..end];
    }

    private static string? Value(string line, string tag) =>
        line.StartsWith(tag, StringComparison.Ordinal) ? line[tag.Length..] : null;
}
