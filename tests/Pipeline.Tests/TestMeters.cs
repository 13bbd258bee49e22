using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Streaming.Pipeline.Tests;

/// <summary>Makes meters and listens to them: adds up what counters and histograms are told, keeps what is observed last.</summary>
internal sealed class TestMeters : IMeterFactory
{
    private readonly MeterListener _listener = new();
    private readonly List<Meter> _meters = [];
    private readonly ConcurrentDictionary<string, double> _values = new();

    public TestMeters()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, this))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>The value of an instrument, with its tags like <c>name reason=full</c>; 0 of what never happened.</summary>
    public double this[string series]
    {
        get
        {
            _listener.RecordObservableInstruments();
            return _values.GetValueOrDefault(series);
        }
    }

    public Meter Create(MeterOptions options)
    {
        options.Scope = this;
        var meter = new Meter(options);
        _meters.Add(meter);
        return meter;
    }

    public void Dispose()
    {
        _listener.Dispose();
        _meters.ForEach(static meter => meter.Dispose());
    }

    private void Take(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var series = instrument.Name;
        foreach (var (name, tag) in tags)
        {
            series += $" {name}={tag}";
        }

        _values.AddOrUpdate(series, value, (_, before) => instrument.IsObservable ? value : before + value);
    }
}
