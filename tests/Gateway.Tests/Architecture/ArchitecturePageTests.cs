using System.Text.RegularExpressions;

namespace Streaming.Gateway.Tests.Architecture;

/// <summary>
/// Who is new finds in docs/architecture.md where something is done: the files of its tables are there and have what is said to
/// be in them, and what its diagrams name is in the code.
/// </summary>
public sealed partial class ArchitecturePageTests
{
    private static readonly string Source = Path.Combine(Repository.Root, "src");
    private static readonly string Text = File.ReadAllText(Path.Combine(Repository.Root, "docs", "architecture.md"));

    [Theory]
    [InlineData("a wrong stream key is refused", "Cluster/Broadcasts/LiveChannels.cs")]
    [InlineData("a segment boundary is decided", "Pipeline/Timelines/SegmentCutter.cs")]
    [InlineData("a rung is given up, tried again", "Cluster/Governor/LadderGovernor.cs")]
    [InlineData("a part is announced", "Cluster/Broadcasts/Window/BroadcastTimeline.cs")]
    public void WhereToLook_HasWhatReadersAskFor(string what, string where) =>
        Assert.StartsWith($"`{where}`", Rows("## Where to look")[what], StringComparison.Ordinal);

    [Theory]
    [InlineData("## Where to look")]
    [InlineData("### Hop by hop")]
    public void Tables_NameFilesThatAreThereAndWhatIsInThem(string heading)
    {
        var rows = Rows(heading);
        Assert.NotEmpty(rows);
        Assert.All(rows, row =>
        {
            var places = Place().Matches(row.Value).Select(static match => match.Groups[1].Value).ToList();
            Assert.NotEmpty(places);
            string? content = null;
            foreach (var place in places)
            {
                if (place.EndsWith('/'))
                {
                    Assert.True(Directory.Exists(Path.Combine(Source, place)), $"There is no folder {place}.");
                }
                else if (place.EndsWith(".cs", StringComparison.Ordinal))
                {
                    content = File.ReadAllText(Find(place));
                }
                else if (!place.StartsWith("Streaming:", StringComparison.Ordinal))
                {
                    Assert.NotNull(content);
                    Assert.Matches($@"\b{place}\(", content); // A member of the file before it.
                }
            }
        });
    }

    [Fact]
    public void Diagrams_NameTypesThatThereAre()
    {
        var types = new[] { "Pipeline", "Cluster", "Gateway" }
            .SelectMany(static project => System.Reflection.Assembly.Load("Streaming." + project).GetTypes())
            .Select(static type => type.Name.Split('`')[0]).ToHashSet();
        var diagrams = Diagram().Matches(Text).Select(static match => match.Value).ToList();
        Assert.True(diagrams.Count >= 3);
        Assert.Empty(diagrams.SelectMany(static diagram => TypeName().Matches(diagram).Select(static match => match.Value)).Except(types));
    }

    /// <summary>The table below a heading: what, and where.</summary>
    private static Dictionary<string, string> Rows(string heading) =>
        Text[Text.IndexOf(heading, StringComparison.Ordinal)..].Split('\n')
            .SkipWhile(static line => !line.StartsWith("|---", StringComparison.Ordinal)).Skip(1)
            .TakeWhile(static line => line.StartsWith('|'))
            .Select(static line => line.Split('|', StringSplitOptions.TrimEntries))
            .ToDictionary(static cells => cells[1], static cells => cells[2]);

    /// <summary>A file by its path, or by its name alone where there is only one of it.</summary>
    private static string Find(string place) => place.Contains('/', StringComparison.Ordinal)
        ? Path.Combine(Source, place)
        : Assert.Single(Directory.GetFiles(Source, place, SearchOption.AllDirectories));

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Place();

    [GeneratedRegex("^```\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Diagram();

    [GeneratedRegex("\\b(?:[A-Z][a-z]+){2,}\\b")]
    private static partial Regex TypeName();
}
