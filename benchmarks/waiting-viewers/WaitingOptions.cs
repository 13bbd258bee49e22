using System.Globalization;
using System.Net;

namespace Streaming.WaitingViewers;

/// <summary>What the command line asks for, checked: a bounded load on an address of this machine.</summary>
internal sealed record WaitingOptions(
    string File, Uri Rtmp, string Key, IPEndPoint Http, string Slug, int Viewers, TimeSpan Duration, int ServerProcess)
{
    /// <summary>Most viewers: each is a socket here and one at the server.</summary>
    public const int ViewersMax = 15_000;

    public const string Usage =
        "Usage: WaitingViewers <in.flv> rtmp://127.0.0.1:1935/live <stream key> 127.0.0.1:8080 <channel> "
        + "<viewers; 0 for the server's share> <seconds> <server's process id>";

    /// <summary>Null when they make no sense.</summary>
    public static WaitingOptions? Parse(string[] args) =>
        args is [var file, var rtmp, var key, var http, var slug, var viewers, var seconds, var process]
        && System.IO.File.Exists(file)
        && Uri.TryCreate(rtmp, UriKind.Absolute, out var url) && IPAddress.TryParse(url.Host, out var host) && IPAddress.IsLoopback(host)
        && IPEndPoint.TryParse(http, out var server) && IPAddress.IsLoopback(server.Address)
        && TryParse(viewers, 0, ViewersMax, out var count)
        && TryParse(seconds, 5, 600, out var length)
        && TryParse(process, 1, int.MaxValue, out var id)
            ? new(file, url, key, server, slug, count, TimeSpan.FromSeconds(length), id)
            : null;

    private static bool TryParse(string text, int min, int max, out int value) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= min && value <= max;
}
