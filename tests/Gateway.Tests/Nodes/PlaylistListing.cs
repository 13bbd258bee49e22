using System.Globalization;

namespace Streaming.Gateway.Tests.Nodes;

/// <summary>A segment as a media playlist lists it, with the CMAF header that is in force there.</summary>
internal sealed record ListedSegment(
    long MediaSequence, int DiscontinuitySequence, string Uri, double Duration, bool IsGap, string? Map);

/// <summary>
/// What the tests look at in a media playlist (RFC 8216 §4.3.3). Only that: whether a playlist is a good one is for the
/// parsers of others to say.
/// </summary>
internal sealed record PlaylistListing(
    long MediaSequence, IReadOnlyList<ListedSegment> Segments, bool IsEnded, string Text)
{
    public long NextMediaSequence => MediaSequence + Segments.Count;

    public static PlaylistListing Parse(string text)
    {
        long mediaSequence = 0;
        var discontinuitySequence = 0;
        var duration = 0.0;
        var (isGap, isEnded) = (false, false);
        string? map = null;
        var segments = new List<ListedSegment>();
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            switch (line.Split(':', 2))
            {
                case ["#EXT-X-MEDIA-SEQUENCE", var first]:
                    mediaSequence = long.Parse(first, CultureInfo.InvariantCulture);
                    break;
                case ["#EXT-X-DISCONTINUITY-SEQUENCE", var first]:
                    discontinuitySequence = int.Parse(first, CultureInfo.InvariantCulture);
                    break;
                case ["#EXT-X-DISCONTINUITY"]:
                    discontinuitySequence++;
                    break;
                case ["#EXT-X-MAP", var attributes]:
                    map = attributes.Split('"')[1];
                    break;
                case ["#EXT-X-GAP"]:
                    isGap = true;
                    break;
                case ["#EXTINF", var value]:
                    duration = double.Parse(value.TrimEnd(','), CultureInfo.InvariantCulture);
                    break;
                case ["#EXT-X-ENDLIST"]:
                    isEnded = true;
                    break;
                case [{ } uri] when uri[0] != '#':
                    segments.Add(new(mediaSequence + segments.Count, discontinuitySequence, uri, duration, isGap, map));
                    isGap = false;
                    break;
            }
        }

        return new(mediaSequence, segments, isEnded, text);
    }

    public override string ToString() => Text;
}

/// <summary>The playlists that a multivariant playlist names. RFC 8216 §4.3.4.</summary>
internal sealed record MultivariantListing(IReadOnlyList<string> Variants, IReadOnlyList<string> Audio, string Text)
{
    /// <summary>Names of the renditions, video first.</summary>
    public IEnumerable<string> Names => Variants.Concat(Audio).Distinct().Select(uri => uri.Split('/')[^2]);

    public string BroadcastId => Variants[0].Split('/')[0];

    public static MultivariantListing Parse(string text)
    {
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return new(
            [.. lines.Where(line => line[0] != '#')],
            [
                .. lines.Where(line => line.StartsWith("#EXT-X-MEDIA:", StringComparison.Ordinal))
                    .Select(line => line.Split("URI=\"")[1].Split('"')[0]),
            ],
            text);
    }

    public override string ToString() => Text;
}
