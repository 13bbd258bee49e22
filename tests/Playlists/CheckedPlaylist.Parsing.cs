using System.Collections.Immutable;
using System.Globalization;

namespace Streaming.Playlists;

/// <content>Reading the text, line by line.</content>
public sealed partial record CheckedPlaylist
{
    /// <summary>Reads a playlist; a delta update needs the <paramref name="older"/> one that it is applied to.</summary>
    public static CheckedPlaylist Parse(string text, CheckedPlaylist? older = null)
    {
        var segments = ImmutableArray.CreateBuilder<CheckedSegment>();
        var parts = ImmutableArray.CreateBuilder<CheckedPart>();
        var reports = ImmutableArray.CreateBuilder<RenditionReport>();
        var (first, discontinuities, targetDuration, skipped) = (0L, 0L, 0, 0);
        var (partTarget, duration) = (0m, 0m);
        var (isGap, isEnded) = (false, false);
        string? map = null, hint = null;
        DateTimeOffset? date = null;
        CheckedSegment Take(string? uri) =>
            new(first + segments.Count, discontinuities, uri, duration, isGap, map, date, parts.DrainToImmutable());
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            var (tag, value) = line[0] != '#' || colon < 0 ? (line, "") : (line[..colon], line[(colon + 1)..]);
            switch (tag)
            {
                case "#EXT-X-TARGETDURATION":
                    targetDuration = int.Parse(value, CultureInfo.InvariantCulture);
                    break;
                case "#EXT-X-PART-INF":
                    partTarget = Number(Attribute(value, "PART-TARGET"));
                    break;
                case "#EXT-X-MEDIA-SEQUENCE":
                    first = long.Parse(value, CultureInfo.InvariantCulture);
                    break;
                case "#EXT-X-DISCONTINUITY-SEQUENCE":
                    discontinuities = long.Parse(value, CultureInfo.InvariantCulture);
                    break;
                case "#EXT-X-SKIP":
                    skipped = int.Parse(Attribute(value, "SKIPPED-SEGMENTS")!, CultureInfo.InvariantCulture);
                    segments.AddRange(Kept(older, first, skipped));
                    (discontinuities, map) = (segments[^1].DiscontinuitySequence, segments[^1].Map);
                    break;
                case "#EXT-X-DISCONTINUITY":
                    discontinuities++;
                    break;
                case "#EXT-X-MAP":
                    map = Attribute(value, "URI");
                    break;
                case "#EXT-X-PROGRAM-DATE-TIME":
                    date = DateTimeOffset.Parse(value, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind);
                    break;
                case "#EXT-X-GAP":
                    isGap = true;
                    break;
                case "#EXT-X-PART":
                    parts.Add(new(
                        Attribute(value, "URI")!,
                        Number(Attribute(value, "DURATION")),
                        Attribute(value, "INDEPENDENT") == "YES",
                        Attribute(value, "GAP") == "YES"));
                    break;
                case "#EXT-X-PRELOAD-HINT":
                    hint = Attribute(value, "URI");
                    break;
                case "#EXT-X-RENDITION-REPORT":
                    reports.Add(RenditionReport.Parse(value));
                    break;
                case "#EXTINF":
                    duration = Number(value.TrimEnd(','));
                    break;
                case "#EXT-X-ENDLIST":
                    isEnded = true;
                    break;
                case [not '#', ..]:
                    segments.Add(Take(tag));
                    (isGap, duration, date) = (false, 0, null);
                    break;
            }
        }

        var open = Take(null);
        return new(
            first, targetDuration, partTarget, skipped, isEnded, hint, segments.DrainToImmutable(), open,
            reports.DrainToImmutable(), text);
    }

    private static IEnumerable<CheckedSegment> Kept(CheckedPlaylist? older, long first, int count)
    {
        var from = older is null ? -1 : (int)(first - older.MediaSequence);
        if (from < 0 || from + count > older!.Segments.Length)
        {
            throw new PlaylistFaultException($"A delta update skips {count} segments from {first} that the older playlist lacks.");
        }

        return older.Segments.Skip(from).Take(count);
    }
}
