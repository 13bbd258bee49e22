using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Streaming.CheckedViewers;

/// <summary>What the command line asks for, checked.</summary>
internal sealed record CheckedViewersOptions(Uri Server, string Slug, TimeSpan Duration, string Judge, bool IsCalm)
{
    public const string Usage =
        """
        Usage: CheckedViewers --server http://127.0.0.1:8080 --channel <slug> --judge <judge-stream.mjs> [--seconds 600] [--calm yes]

          --server   a server on this machine
          --channel  a channel that is live
          --judge    the program that reads playlists strictly
          --seconds  for how long, 10 to 3600; the end of the broadcast ends it too
          --calm     no: the broadcaster will be cut off and come back
        """;

    public const int SecondsMin = 10;
    public const int SecondsMax = 3600;

    /// <summary>The watch page, with hls.js.</summary>
    public Uri Page => new(Server, $"/watch/{Slug}?player=hls");

    /// <summary>The multivariant playlist.</summary>
    public Uri Playlist => new(Server, $"/live/{Slug}/index.m3u8");

    public static bool TryParse(string[] args, [NotNullWhen(true)] out CheckedViewersOptions? options)
    {
        options = null;
        string? server = null, slug = null, judge = null;
        var (seconds, isCalm) = (600, true);
        for (var i = 0; i < args.Length; i += 2)
        {
            var value = i + 1 < args.Length ? args[i + 1] : "";
            var ok = args[i] switch
            {
                "--server" => (server = value).Length > 0,
                "--channel" => (slug = value).Length > 0,
                "--judge" => File.Exists(judge = value),
                "--calm" => (isCalm = value == "yes") || value == "no",
                "--seconds" => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out seconds)
                    && seconds is >= SecondsMin and <= SecondsMax,
                _ => false,
            };
            if (!ok)
            {
                return false;
            }
        }

        if (slug is null || judge is null || !Uri.TryCreate(server, UriKind.Absolute, out var address) || !address.IsLoopback)
        {
            return false;
        }

        options = new(address, slug, TimeSpan.FromSeconds(seconds), judge, isCalm);
        return true;
    }
}
