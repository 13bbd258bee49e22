using System.Globalization;

namespace Streaming.WaitingViewers;

/// <summary>The newest parts that a media playlist lists. RFC 8216bis §4.4.4.9.</summary>
/// <param name="MediaSequence">Of the newest part's segment.</param>
/// <param name="Part">The newest part's index in it; -1 when the segment has none listed.</param>
/// <param name="Parts">All that are listed and can be fetched, oldest first: what is missing (GAP) is listed, too.</param>
internal sealed record PlaylistEdge(long MediaSequence, int Part, IReadOnlyList<ListedPart> Parts)
{
    private const string Uri = "URI=\"";
    private const string Gap = ",GAP=YES";

    public static PlaylistEdge Parse(string playlist)
    {
        var (sequence, part) = (0L, -1);
        var (newest, newestPart) = (0L, -1);
        var parts = new List<ListedPart>();
        foreach (var line in playlist.Split('\n'))
        {
            if (Value(line, "#EXT-X-MEDIA-SEQUENCE:") is { } first)
            {
                sequence = first;
            }
            else if (Value(line, "#EXT-X-SKIP:SKIPPED-SEGMENTS=") is { } skipped)
            {
                sequence += skipped;
            }
            else if (line.StartsWith("#EXT-X-PART:", StringComparison.Ordinal))
            {
                (newest, newestPart) = (sequence, ++part);
                if (!line.Contains(Gap, StringComparison.Ordinal))
                {
                    var name = line[(line.IndexOf(Uri, StringComparison.Ordinal) + Uri.Length)..];
                    parts.Add(new(sequence, part, name[..name.IndexOf('"', StringComparison.Ordinal)]));
                }
            }
            else if (line.Length > 0 && line[0] != '#')
            {
                (newest, newestPart) = part < 0 ? (sequence, -1) : (newest, newestPart);
                sequence++;
                part = -1;
            }
        }

        return new(newest, newestPart, parts);
    }

    /// <summary>The part is listed, or a later one.</summary>
    public bool Has(long mediaSequence, int part) =>
        MediaSequence > mediaSequence || (MediaSequence == mediaSequence && Part >= part);

    private static long? Value(string line, string tag) => line.StartsWith(tag, StringComparison.Ordinal)
        ? long.Parse(line.AsSpan(tag.Length), NumberStyles.None, CultureInfo.InvariantCulture)
        : null;
}

/// <summary>A part in a playlist.</summary>
internal readonly record struct ListedPart(long MediaSequence, int Index, string Name);
