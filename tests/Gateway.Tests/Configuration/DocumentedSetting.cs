using System.Text.RegularExpressions;
using Streaming.Pipeline.Tests.Timelines;

namespace Streaming.Gateway.Tests.Configuration;

/// <summary>A row of a table of settings: docs/settings.md's, or README.md's, which has no units.</summary>
internal sealed partial record DocumentedSetting(string Name, string Default, string Unit)
{
    /// <summary>All settings.</summary>
    public static IReadOnlyList<DocumentedSetting> All => Read(Path.Combine("docs", "settings.md"));

    /// <summary>Those that README.md has.</summary>
    public static IReadOnlyList<DocumentedSetting> InReadme => Read("README.md");

    /// <summary>A default that is a value and not words about one, as it would be written in a file.</summary>
    public string Value => Number().IsMatch(Default) ? Default.Replace(",", "", StringComparison.Ordinal) : Default.Trim('`');

    /// <summary>All names of settings and groups in a text, in HOCON's way and the environment's.</summary>
    public static IEnumerable<string> NamesIn(string text) =>
        SettingName().Matches(text).Select(static match => match.Value.Replace("__", ":", StringComparison.Ordinal));

    private static List<DocumentedSetting> Read(string path) =>
    [
        .. from line in File.ReadLines(Path.Combine(Repository.Root, path))
           where line.StartsWith("| `Streaming:", StringComparison.Ordinal)
           let cells = line.Split('|', StringSplitOptions.TrimEntries)
           select new DocumentedSetting(cells[1].Trim('`'), cells[2], cells[3]),
    ];

    [GeneratedRegex("^[0-9][0-9,]*$")]
    private static partial Regex Number();

    [GeneratedRegex("\\bStreaming((:|__)[A-Za-z0-9]+)+")]
    private static partial Regex SettingName();
}
