using System.Globalization;

namespace Streaming.Pipeline.Rtmp.Commands;

/// <summary>
/// Application and stream key, out of what connect and publish say. People and encoders put the key into either, the
/// whole address into one, and a query, quotes or white space around it: the segments of both paths are put together,
/// the first is the application, and the rest is the key.
/// </summary>
internal readonly record struct StreamAddress(string App, string StreamKey)
{
    // Wowza's name for an application's only instance, which its users' encoders are set up with.
    private const string DefaultInstance = "_definst_";

    // Of a stream's name, as Adobe's players and encoders write it: "mp4:name".
    private static readonly string[] FormatPrefixes = ["mp4:", "flv:"];

    public static StreamAddress From(string? app, string? tcUrl, string? name)
    {
        var path = SegmentsOf(app) is { Length: > 0 } segments ? segments : SegmentsOf(PathOf(tcUrl ?? ""));
        var key = SegmentsOf(name);
        if (path.Length == 0 && key.Length < 2)
        {
            return new StreamAddress("", string.Concat(key));
        }

        string[] whole = [.. path, .. key];
        var rest = whole.AsSpan(1);

        // Named in the server's address and with the key, the application and the key count once.
        while (rest.Length > 1 && rest[0].Equals(whole[0], StringComparison.OrdinalIgnoreCase))
        {
            rest = rest[1..];
        }

        return new StreamAddress(whole[0], rest.Length == 2 && rest[0] == rest[1] ? rest[0] : string.Join('/', rest));
    }

    private static string[] SegmentsOf(string? said)
    {
        var path = Uri.UnescapeDataString(said ?? "");
        if (path.IndexOf('?', StringComparison.Ordinal) is >= 0 and var query)
        {
            path = path[..query];
        }

        return [.. (PathOf(path) ?? path).Split('/').Select(Bare).Where(segment => segment is not ("" or DefaultInstance))];
    }

    /// <summary>The path of an address like <c>rtmp://host:1935/live</c>; null of what is no address.</summary>
    private static string? PathOf(string address)
    {
        var authority = address.IndexOf("://", StringComparison.Ordinal);
        if (authority < 0)
        {
            return null;
        }

        var path = address.IndexOf('/', authority + 3);
        return path < 0 ? "" : address[path..];
    }

    /// <summary>Without quotes, white space, and what is not seen but was copied along; without the prefix of a format.</summary>
    private static string Bare(string segment)
    {
        var (from, to) = (0, segment.Length);
        while (from < to && IsAround(segment[from]))
        {
            from++;
        }

        while (to > from && IsAround(segment[to - 1]))
        {
            to--;
        }

        var bare = segment[from..to];
        var prefix = Array.Find(FormatPrefixes, prefix => bare.StartsWith(prefix, StringComparison.Ordinal));
        return bare[(prefix?.Length ?? 0)..];
    }

    private static bool IsAround(char c) => c is '"' or '\'' || char.IsWhiteSpace(c) || char.IsControl(c)
        || char.GetUnicodeCategory(c) is UnicodeCategory.Format;
}
