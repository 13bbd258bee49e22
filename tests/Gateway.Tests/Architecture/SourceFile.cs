using System.Text.RegularExpressions;

namespace Streaming.Gateway.Tests.Architecture;

/// <summary>A file of C#: where it lies, its namespace, and the namespaces and types that its <c>using</c> lines name.</summary>
/// <param name="Path">Relative to the folder in which it was looked for.</param>
/// <param name="Namespace">Null where the file says none.</param>
/// <param name="Usings">What stands behind <c>using</c> and <c>using static</c>.</param>
internal sealed partial record SourceFile(string Path, string? Namespace, IReadOnlyList<string> Usings)
{
    public string Name => System.IO.Path.GetFileName(Path);

    /// <summary>Those in a folder and below it; what builds leave is left out.</summary>
    public static IEnumerable<SourceFile> In(string folder) =>
        from path in Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
        let relative = System.IO.Path.GetRelativePath(folder, path).Replace('\\', '/')
        where !relative.StartsWith("obj/", StringComparison.Ordinal) && !relative.StartsWith("bin/", StringComparison.Ordinal)
        orderby relative
        let text = File.ReadAllText(path)
        select new SourceFile(
            relative,
            NamespaceLine().Match(text) is { Success: true } said ? said.Groups[1].Value : null,
            [.. UsingLine().Matches(text).Select(static match => match.Groups[1].Value)]);

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex NamespaceLine();

    [GeneratedRegex(@"^(?:global )?using (?:static )?([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex UsingLine();
}
