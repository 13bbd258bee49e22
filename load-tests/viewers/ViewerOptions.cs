using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;

namespace Streaming.Viewers;

/// <summary>What the command line asks for, checked: a bounded number of viewers of a server on this machine.</summary>
internal sealed record ViewerOptions(Uri Url, int Count, TimeSpan Duration)
{
    public const string Usage =
        """
        Usage: Viewers --url http://127.0.0.1:8080/live/demo/index.m3u8 [--viewers 50] [--seconds 60]

          --url       multivariant or media playlist of a live channel; loopback addresses only
          --viewers   how many watch at once, 1 to 5000
          --seconds   for how long, 5 to 3600
        """;

    public const int ViewersMax = 5000;
    public const int SecondsMin = 5;
    public const int SecondsMax = 3600;

    /// <summary>The time in which all viewers arrive: a target duration or two.</summary>
    public TimeSpan Arrival { get; } = TimeSpan.FromSeconds(3);

    public static bool TryParse(
        string[] args, [NotNullWhen(true)] out ViewerOptions? options, [NotNullWhen(false)] out string? error)
    {
        options = null;
        string? url = null;
        var (viewers, seconds) = (50, 60);
        for (var i = 0; i < args.Length; i += 2)
        {
            var value = i + 1 < args.Length ? args[i + 1] : "";
            var ok = args[i] switch
            {
                "--url" => (url = value).Length > 0,
                "--viewers" => TryParse(value, 1, ViewersMax, out viewers),
                "--seconds" => TryParse(value, SecondsMin, SecondsMax, out seconds),
                _ => false,
            };
            if (!ok)
            {
                error = $"cannot make sense of {args[i]} {value}";
                return false;
            }
        }

        if (!Uri.TryCreate(url, UriKind.Absolute, out var playlist) || playlist.Scheme != Uri.UriSchemeHttp
            || !IsLoopback(playlist))
        {
            error = "--url must be the http address of a playlist on this machine";
            return false;
        }

        options = new ViewerOptions(playlist, viewers, TimeSpan.FromSeconds(seconds));
        error = null;
        return true;
    }

    /// <summary>Whether the address is of this machine. Also asked of every address that a playlist names.</summary>
    public static bool IsLoopback(Uri uri) =>
        uri.Host == "localhost" || (IPAddress.TryParse(uri.DnsSafeHost, out var address) && IPAddress.IsLoopback(address));

    private static bool TryParse(string text, int min, int max, out int value) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= min && value <= max;
}
