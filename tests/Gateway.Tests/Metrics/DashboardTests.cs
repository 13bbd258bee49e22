using System.Text.Json;
using System.Text.RegularExpressions;
using Streaming.Gateway.Tests.Nodes;
using Streaming.Pipeline.Tests.Timelines;

namespace Streaming.Gateway.Tests.Metrics;

/// <summary>What the dashboard asks for is there.</summary>
public sealed partial class DashboardTests
{
    [Fact]
    public async Task Queries_NameInstrumentsThatExist()
    {
        var ours = DocumentedInstrument.ReadAll().SelectMany(instrument => instrument.PrometheusNames).ToHashSet();
        await using var node = await Node.StartAsync("Ladder:Enabled=false");
        var told = await Scrape.Async(node);
        var others = told.Names.Where(name => !name.StartsWith("streaming_", StringComparison.Ordinal)).ToHashSet();

        var queries = Queries().ToList();

        Assert.NotEmpty(queries);
        Assert.All(queries, query =>
        {
            var names = Names.Matches(query).Select(match => match.Value).ToList();
            Assert.NotEmpty(names);
            Assert.All(names, name => Assert.True(ours.Contains(name) || others.Contains(name), $"{name} in {query}"));
        });
    }

    [Fact]
    public void Queries_ShowAllThatIsNotCountedTwice()
    {
        var asked = Queries().SelectMany(query => Names.Matches(query)).Select(match => match.Value).ToHashSet();

        var unseen = DocumentedInstrument.ReadAll()
            .Where(instrument => !instrument.PrometheusNames.Any(asked.Contains))
            .Select(instrument => instrument.Name);

        Assert.Equal(["streaming.broadcast.began"], unseen); // Those under way are shown.
    }

    [GeneratedRegex("\\b(streaming|dotnet|kestrel)_[a-z_]+")]
    private static partial Regex Names { get; }

    private static IEnumerable<string> Queries()
    {
        using var dashboard = JsonDocument.Parse(
            File.ReadAllText(Path.Combine(Repository.Root, "deploy", "grafana", "streaming.json")));
        foreach (var panel in dashboard.RootElement.GetProperty("panels").EnumerateArray())
        {
            if (panel.TryGetProperty("targets", out var targets))
            {
                foreach (var target in targets.EnumerateArray())
                {
                    yield return target.GetProperty("expr").GetString()!;
                }
            }
        }
    }
}
