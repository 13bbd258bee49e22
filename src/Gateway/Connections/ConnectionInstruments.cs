using System.Diagnostics.Metrics;

namespace Streaming.Gateway.Connections;

/// <summary>Connections of viewers and broadcasters, and what becomes of them.</summary>
internal sealed class ConnectionInstruments
{
    public const string MeterName = "Streaming.Connections";

    public ConnectionInstruments(IMeterFactory meters, Egress egress, Stalls stalls, Acceptor acceptor, RtmpConnections rtmp)
    {
        var meter = meters.Create(MeterName);
        meter.CreateObservableCounter(
            "streaming.connections.sent", () => egress.Bytes, "By", "Bytes of all answers over HTTP that the kernel took, heads included.");
        meter.CreateObservableCounter(
            "streaming.connections.stalled", () => stalls.Count, "{viewer}", "Viewers who were cut off because they took nothing.");
        meter.CreateObservableCounter(
            "streaming.connections.refused", () => acceptor.Refused, "{connection}", "Connections that were closed for want of files.");
        meter.CreateObservableUpDownCounter(
            "streaming.connections.rtmp", () => rtmp.Count, "{connection}", "Open connections to the RTMP port.");
    }
}
