namespace Streaming.Cluster.Tracing;

/// <summary>A message that says in which activity it was sent, if anybody listens to that.</summary>
public interface ITraced
{
    /// <summary>The <c>traceparent</c> of W3C's Trace Context; null for none.</summary>
    string? TraceParent { get; }

    /// <summary>The same message, sent in that activity.</summary>
    ITraced SentIn(string? traceParent);
}
