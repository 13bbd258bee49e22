using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;

namespace Streaming.Gateway.Tests.Nodes;

/// <summary>HTTP requests that one node is busy with: ASP.NET's own <c>http.server.active_requests</c>.</summary>
internal sealed class ActiveRequests : IDisposable
{
    private readonly MeterListener _listener = new();
    private long _count;

    /// <summary>Counts from now on; those under way already are not known.</summary>
    public ActiveRequests(Node node)
    {
        var meters = node.Services.GetRequiredService<IMeterFactory>();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == "http.server.active_requests" && ReferenceEquals(instrument.Meter.Scope, meters))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((_, change, _, _) => Interlocked.Add(ref _count, change));
        _listener.Start();
    }

    public long Count => Interlocked.Read(ref _count);

    public void Dispose() => _listener.Dispose();
}
