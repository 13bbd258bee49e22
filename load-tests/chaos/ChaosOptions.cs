using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Streaming.Chaos;

/// <summary>What the command line asks for, checked.</summary>
internal sealed record ChaosOptions(
    string Server, string Media, string Folder, int Nodes, int Workers, int Channels, int Rounds, int Seed, ImmutableArray<string> Faults)
{
    public const string Usage =
        """
        Usage: Chaos --server <Streaming.Gateway.dll> --media <file.flv> --folder <empty folder> [--option value]...

          --nodes 3        nodes with all roles, 3 to 7
          --workers 2      nodes that transcode, 0 to 5
          --channels 3     channels, 1 to 10
          --rounds 10      times that each fault is tried, 1 to 100
          --seed 1         of what is left to chance
          --faults all     names with commas between them:
        """;

    public static bool TryParse(string[] args, [NotNullWhen(true)] out ChaosOptions? options)
    {
        options = null;
        string? server = null, media = null, folder = null;
        var (nodes, workers, channels, rounds, seed) = (3, 2, 3, 10, 1);
        var faults = Faulting.All.Keys.Order(StringComparer.Ordinal).ToImmutableArray();
        for (var i = 0; i < args.Length; i += 2)
        {
            var value = i + 1 < args.Length ? args[i + 1] : "";
            var isRight = args[i] switch
            {
                "--server" when value.Length > 0 => File.Exists(server = Path.GetFullPath(value)),
                "--media" when value.Length > 0 => File.Exists(media = Path.GetFullPath(value)),
                "--folder" when value.Length > 0 => Directory.Exists(folder = Path.GetFullPath(value)),
                "--nodes" => IsNumber(value, 3, 7, out nodes),
                "--workers" => IsNumber(value, 0, 5, out workers),
                "--channels" => IsNumber(value, 1, 10, out channels),
                "--rounds" => IsNumber(value, 1, 100, out rounds),
                "--seed" => IsNumber(value, 0, int.MaxValue, out seed),
                "--faults" => value == "all" || (faults = [.. value.Split(',')]).All(Faulting.All.ContainsKey),
                _ => false,
            };
            if (!isRight)
            {
                return false;
            }
        }

        if (server is null || media is null || folder is null)
        {
            return false;
        }

        options = new(server, media, folder, nodes, workers, channels, rounds, seed, faults);
        return true;
    }

    private static bool IsNumber(string value, int min, int max, out int number) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number >= min && number <= max;
}
