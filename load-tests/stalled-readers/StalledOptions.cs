using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;

namespace Streaming.StalledReaders;

/// <summary>What the command line asks for, checked: a bounded number of readers of a server on this machine.</summary>
internal sealed record StalledOptions(Uri Url, int Readers, int Viewers, TimeSpan Calm, bool IsOld)
{
    public const string Usage =
        """
        Usage: StalledReaders --url http://127.0.0.1:8080/live/demo/index.m3u8 [--readers 1000] [--viewers 30] [--calm 15] [--segment new]

          --url       multivariant playlist of a live channel; loopback addresses only
          --readers   how many ask for segments and read nothing, 1 to 5000
          --viewers   how many reload playlists beside them, 1 to 200
          --calm      seconds that the viewers are measured alone, 5 to 60
          --segment   new or old: which segment the readers ask for, at the live edge or at the other end of the window
        """;

    /// <summary>Requests that each reader sends at once.</summary>
    public const int RequestsEach = 20;

    /// <summary>After that it is over, whether the readers are gone or not.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    public static bool TryParse(
        string[] args, [NotNullWhen(true)] out StalledOptions? options, [NotNullWhen(false)] out string? error)
    {
        options = null;
        var (url, readers, viewers, calm, segment) = ("", 1000, 30, 15, "new");
        for (var i = 0; i < args.Length; i += 2)
        {
            var value = i + 1 < args.Length ? args[i + 1] : "";
            var ok = args[i] switch
            {
                "--url" => (url = value).Length > 0,
                "--readers" => TryParse(value, 1, 5000, out readers),
                "--viewers" => TryParse(value, 1, 200, out viewers),
                "--calm" => TryParse(value, 5, 60, out calm),
                "--segment" => (segment = value) is "new" or "old",
                _ => false,
            };
            if (!ok)
            {
                error = $"cannot make sense of {args[i]} {value}";
                return false;
            }
        }

        if (!Uri.TryCreate(url, UriKind.Absolute, out var playlist) || playlist.Scheme != Uri.UriSchemeHttp
            || !IPAddress.TryParse(playlist.Host, out var address) || !IPAddress.IsLoopback(address))
        {
            error = "--url must be the http address of a playlist on this machine, by number";
            return false;
        }

        options = new StalledOptions(playlist, readers, viewers, TimeSpan.FromSeconds(calm), segment == "old");
        error = null;
        return true;
    }

    private static bool TryParse(string text, int min, int max, out int value) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= min && value <= max;
}
