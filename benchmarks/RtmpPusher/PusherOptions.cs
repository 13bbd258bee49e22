using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;

namespace Streaming.RtmpPusher;

/// <summary>What the command line asks for, checked: a bounded load on an address of this machine.</summary>
internal sealed record PusherOptions
{
    public const string Usage =
        """
        Usage: RtmpPusher --file <in.flv> --url rtmp://127.0.0.1:1935/live --keys <file> [--seconds 60] [--chunk-size 4096]
                          [--rush <mark>,... --speed 60 --rest 30]
               RtmpPusher --file <in.flv> --stdout [--seconds 60]

          --file        FLV with H.264 and AAC that begins with a key frame; it is repeated, its time stamps go on
          --url         server and application; loopback addresses only
          --keys        file with one stream key a line: each is a publisher, at most 1000
          --stdout      writes one FLV stream to the standard output instead, as fast as it would be pushed
          --seconds     how long to push, 1 to 3600
          --rush        seconds of media, rising, at most 16000: pushed to each mark faster than real time, then for a rest in real
                        time; instead of --seconds
          --speed       how much faster, 2 to 500
          --rest        seconds of each rest, 1 to 600
          --chunk-size  RTMP chunk size to send with, 128 to 65536; 4096 is what OBS Studio uses
        """;

    /// <summary>Most publishers of one process.</summary>
    public const int PublishersMax = 1000;

    /// <summary>Longest push in real time.</summary>
    public const int SecondsMax = 3600;

    /// <summary>Furthest mark: keeps time stamps below where RTMP extends them (4 h 39 min), which are not written here.</summary>
    public const int MarkMax = 16_000;

    /// <summary>The first and the last publisher begin this far apart: a usual distance of key frames.</summary>
    public static readonly TimeSpan StaggerTotal = TimeSpan.FromSeconds(2);

    public required string File { get; init; }

    /// <summary>Null for the standard output.</summary>
    public Uri? Url { get; init; }

    public IReadOnlyList<string> Keys { get; init; } = [];

    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(60);

    public int ChunkSize { get; init; } = 4096;

    public Tempo Tempo { get; init; } = Tempo.RealTime;

    public static bool TryParse(
        string[] args, [NotNullWhen(true)] out PusherOptions? options, [NotNullWhen(false)] out string? error)
    {
        options = null;
        string? file = null, url = null, keys = null;
        var toStandardOutput = false;
        int[] marks = [];
        var (seconds, chunkSize, speed, rest) = (60, 4096, 60, 30);
        for (var i = 0; i < args.Length; i++)
        {
            var value = i + 1 < args.Length ? args[i + 1] : "";
            var ok = true;
            switch (args[i])
            {
                case "--stdout": toStandardOutput = true; continue;
                case "--file": file = value; break;
                case "--url": url = value; break;
                case "--keys": keys = value; break;
                case "--seconds": ok = TryParse(value, 1, SecondsMax, out seconds); break;
                case "--rush": ok = TryParseMarks(value, out marks); break;
                case "--speed": ok = TryParse(value, 2, 500, out speed); break;
                case "--rest": ok = TryParse(value, 1, 600, out rest); break;
                case "--chunk-size": ok = TryParse(value, 128, 65536, out chunkSize); break;
                default: ok = false; break;
            }

            if (!ok)
            {
                error = $"cannot make sense of {args[i]} {value}";
                return false;
            }

            i++;
        }

        if (marks.Zip(marks.Skip(1)).Any(pair => pair.Second - pair.First <= rest))
        {
            error = "--rush needs marks that are further apart than --rest";
            return false;
        }

        if (!System.IO.File.Exists(file))
        {
            error = "--file must name a file";
            return false;
        }

        var settings = new PusherOptions
        {
            File = file,
            Duration = TimeSpan.FromSeconds(marks.Length > 0 ? marks[^1] + rest : seconds),
            ChunkSize = chunkSize,
            Tempo = new Tempo([.. marks.Select(mark => TimeSpan.FromSeconds(mark))], speed, TimeSpan.FromSeconds(rest)),
        };
        error = null;
        if (toStandardOutput)
        {
            options = settings;
            return true;
        }

        if (!Uri.TryCreate(url, UriKind.Absolute, out var server) || server.Scheme != "rtmp" || !IsLoopback(server))
        {
            error = "--url must be like rtmp://127.0.0.1:1935/live, on this machine";
            return false;
        }

        var names = keys is not null && System.IO.File.Exists(keys)
            ? System.IO.File.ReadAllLines(keys).Where(line => line.Length > 0).ToArray()
            : [];
        if (names.Length is 0 or > PublishersMax)
        {
            error = $"--keys must name a file with 1 to {PublishersMax} lines";
            return false;
        }

        options = settings with { Url = server, Keys = names };
        return true;
    }

    private static bool TryParseMarks(string text, out int[] marks)
    {
        marks = [.. text.Split(',').Select(mark => TryParse(mark, 1, MarkMax, out var second) ? second : 0)];
        return marks.All(mark => mark > 0);
    }

    private static bool TryParse(string text, int min, int max, out int value) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= min && value <= max;

    private static bool IsLoopback(Uri server) =>
        server.Host == "localhost" || (IPAddress.TryParse(server.Host, out var address) && IPAddress.IsLoopback(address));
}
