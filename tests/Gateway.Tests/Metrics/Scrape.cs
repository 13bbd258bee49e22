using System.Globalization;
using Streaming.Gateway.Tests.Nodes;

namespace Streaming.Gateway.Tests.Metrics;

/// <summary>What a node told at <c>/metrics</c> at one moment.</summary>
internal sealed class Scrape
{
    private readonly List<(string Name, string Labels, double Value)> _samples = [];

    private Scrape(string text)
    {
        Text = text;
        foreach (var line in text.Split('\n').Where(line => line.Length > 0 && line[0] != '#'))
        {
            var value = line.LastIndexOf(' ');
            var name = line.AsSpan(0, value).IndexOfAny('{', ' ') is >= 0 and var end ? line[..end] : line[..value];
            _samples.Add((name, line[name.Length..value], double.Parse(line[(value + 1)..], CultureInfo.InvariantCulture)));
        }
    }

    /// <summary>As it was told.</summary>
    public string Text { get; }

    public IEnumerable<string> Names => _samples.Select(sample => sample.Name).Distinct();

    public static Task<Scrape> Async(Node node) => Async(node.Viewer);

    public static async Task<Scrape> Async(HttpClient node) => new(await node.GetStringAsync("/metrics"));

    /// <summary>Asks until it holds: what is told may be a second old.</summary>
    public static Task<Scrape> UntilAsync(Node node, string what, Func<Scrape, bool> holds) =>
        Eventually.GetAsync(what, () => Async(node), holds);

    /// <summary>The sum of the series of that name that have all of these labels, such as <c>status="404"</c>.</summary>
    public double Of(string name, params string[] labels) => _samples
        .Where(sample => sample.Name == name
            && Array.TrueForAll(labels, label => sample.Labels.Contains(label, StringComparison.Ordinal)))
        .Sum(sample => sample.Value);

    public override string ToString() => Text;
}
