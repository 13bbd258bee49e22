namespace Streaming.Viewers;

/// <summary>The renditions that a multivariant playlist offers. RFC 8216 §4.3.4.</summary>
internal sealed record MultivariantPlaylist(IReadOnlyList<string> Variants, IReadOnlyList<string> Audio)
{
    /// <summary>False when it is not one, but perhaps a media playlist.</summary>
    public static bool TryParse(string text, out MultivariantPlaylist playlist)
    {
        var variants = new List<string>();
        var audio = new List<string>();
        var isVariant = false;
        foreach (var line in text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith("#EXT-X-STREAM-INF:", StringComparison.Ordinal))
            {
                isVariant = true;
            }
            else if (line.StartsWith("#EXT-X-MEDIA:", StringComparison.Ordinal)
                && line.Contains("TYPE=AUDIO", StringComparison.Ordinal)
                && MediaPlaylist.Attribute(line, "URI") is { } uri)
            {
                audio.Add(uri);
            }
            else if (line[0] != '#' && isVariant)
            {
                variants.Add(line);
                isVariant = false;
            }
        }

        playlist = new MultivariantPlaylist(variants, audio);
        return variants.Count > 0;
    }
}
