using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Streaming.Gateway.Metrics;
using Streaming.Gateway.Tests.Nodes;

namespace Streaming.Gateway.Tests.Metrics;

/// <summary>The table in docs/metrics.md has all instruments of a node, with their kinds and units, and no others.</summary>
public sealed partial class MetricsTableTests
{
    [Fact]
    public async Task Table_HasAllInstrumentsAndNoOthers()
    {
        var instruments = await InstrumentsAsync();

        var documented = DocumentedInstrument.ReadAll();
        Assert.NotEmpty(documented);
        Assert.Equal(
            instruments.Select(instrument => $"{instrument.Name} {KindOf(instrument)} {instrument.Unit}").Order(),
            documented.Select(row => $"{row.Name} {row.Kind} {row.Unit}").Order());
    }

    [Fact]
    public async Task Instruments_AreNamedAsOpenTelemetryWants_AndSayWhatTheyTell()
    {
        var instruments = await InstrumentsAsync();

        Assert.All(instruments, instrument =>
        {
            Assert.Matches(Name, instrument.Name);
            Assert.Matches(Unit, instrument.Unit);
            Assert.EndsWith(".", instrument.Description, StringComparison.Ordinal);
        });
        Assert.Equal(instruments.Select(instrument => instrument.Meter.Name).Distinct().Order(), MetricsHosting.Meters.Order());
    }

    [GeneratedRegex("^streaming(\\.[a-z_]+)+$")]
    private static partial Regex Name { get; }

    // UCUM: bytes, seconds, or an annotation of one thing.
    [GeneratedRegex("^(By|s|\\{[a-z]+\\})$")]
    private static partial Regex Unit { get; }

    /// <summary>Those of our meters, in a node that has just started.</summary>
    private static async Task<IReadOnlyCollection<Instrument>> InstrumentsAsync()
    {
        await using var node = await Node.StartAsync("Ladder:Enabled=false");
        var own = node.Services.GetRequiredService<IMeterFactory>();
        var instruments = new ConcurrentBag<Instrument>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, own) && instrument.Meter.Name.StartsWith("Streaming.", StringComparison.Ordinal))
            {
                instruments.Add(instrument);
            }
        };
        listener.Start();
        return instruments;
    }

    private static string KindOf(Instrument instrument) => instrument.GetType().Name.Split('`')[0] switch
    {
        "Counter" or "ObservableCounter" => "counter",
        "UpDownCounter" or "ObservableUpDownCounter" => "up-down counter",
        "Gauge" or "ObservableGauge" => "gauge",
        "Histogram" => "histogram",
        var other => other,
    };
}
