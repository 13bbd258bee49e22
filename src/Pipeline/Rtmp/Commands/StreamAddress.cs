namespace Streaming.Pipeline.Rtmp.Commands;

/// <summary>
/// Application and stream key, out of what connect and publish say. People put the key into either, with a query
/// behind it or a slash around it; the whole path is put together first and then divided at its first slash.
/// </summary>
internal readonly record struct StreamAddress(string App, string StreamKey)
{
    public static StreamAddress From(string? app, string? tcUrl, string? name)
    {
        var path = WithoutQuery(app);
        if (path.Length == 0)
        {
            path = WithoutQuery(PathOf(tcUrl));
        }

        var key = WithoutQuery(name);
        var whole = key.Length == 0 ? path : $"{path}/{key}";
        var slash = whole.IndexOf('/', StringComparison.Ordinal);
        return slash < 0
            ? new StreamAddress(whole, "")
            : new StreamAddress(whole[..slash], whole[(slash + 1)..].TrimStart('/'));
    }

    /// <summary>The path of an address like <c>rtmp://host:1935/live</c>.</summary>
    private static string? PathOf(string? url)
    {
        var address = Unquoted(url);
        var authority = address.IndexOf("://", StringComparison.Ordinal);
        if (authority < 0)
        {
            return null;
        }

        var path = address.IndexOf('/', authority + 3);
        return path < 0 ? null : address[path..];
    }

    private static string WithoutQuery(string? value)
    {
        var path = Unquoted(value);
        var query = path.IndexOf('?', StringComparison.Ordinal);
        return (query < 0 ? path : path[..query]).Trim('/', ' ');
    }

    private static string Unquoted(string? value) => (value ?? "").Trim().Trim('"');
}
