using System.Text.RegularExpressions;

namespace Streaming.StalledReaders;

/// <summary>What is needed of a live channel's playlists: the source's address, its segments, and the part to come.</summary>
internal static partial class Channel
{
    /// <summary>The first variant's playlist.</summary>
    public static async Task<Uri> FirstVariantAsync(HttpClient http, Uri multivariant) =>
        new(multivariant, Lines(await http.GetStringAsync(multivariant)).First());

    /// <summary>A segment of a media playlist: the oldest but one, or the newest but one.</summary>
    public static async Task<Uri> SegmentAsync(HttpClient http, Uri playlist, bool isOld)
    {
        var segments = Lines(await http.GetStringAsync(playlist)).ToList();
        return new(playlist, segments[Math.Clamp(isOld ? 1 : segments.Count - 2, 0, segments.Count - 1)]);
    }

    /// <summary>The query that waits for the part that a playlist hints at. RFC 8216bis §6.2.5.2.</summary>
    public static string NextReload(string playlist)
    {
        var hint = Hint().Match(playlist);
        return hint.Success
            ? $"?_HLS_msn={hint.Groups[1].Value}&_HLS_part={hint.Groups[2].Value}"
            : throw new InvalidOperationException("the playlist hints at no part");
    }

    private static IEnumerable<string> Lines(string playlist) => playlist
        .Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Where(line => line[0] != '#');

    [GeneratedRegex("#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"([0-9]+)\\.([0-9]+)\\.m4s\"")]
    private static partial Regex Hint();
}
