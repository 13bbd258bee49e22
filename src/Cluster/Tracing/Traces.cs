using System.Diagnostics;

namespace Streaming.Cluster.Tracing;

/// <summary>
/// What the node does that may cross nodes, told as activities: claims of channels, beginnings and ends of transcode runs, segments on
/// their way to storage. Where nobody listens nothing is made, and none is on the way of a tag or a part. Names and attributes are in
/// docs/metrics.md.
/// </summary>
public static class Traces
{
    /// <summary>Who listens names it.</summary>
    public const string SourceName = "Streaming.Cluster";

    /// <summary>The attribute for a channel's slug.</summary>
    public const string Channel = "streaming.channel";

    /// <summary>The attribute for a broadcast's id.</summary>
    public const string Broadcast = "streaming.broadcast";

    /// <summary>The attribute for what came of it.</summary>
    public const string Outcome = "streaming.outcome";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>Begins what ends in the same method; null where nobody listens.</summary>
    /// <param name="name">What is done: one of a few, with no name of a channel in it.</param>
    /// <param name="kind">Whether it is asked, answered, or neither.</param>
    /// <param name="parent">The <c>traceparent</c> of W3C's Trace Context that came with a message; without, what the caller is in.</param>
    public static Activity? Begin(string name, ActivityKind kind, string? parent = null)
    {
        if (!Source.HasListeners())
        {
            return null;
        }

        ActivityContext.TryParse(parent, null, isRemote: true, out var context);
        return Source.StartActivity(name, kind, context);
    }

    /// <summary>Begins what ends in another turn of an actor, by <see cref="End"/>: nothing else of this turn is in it.</summary>
    public static Activity? BeginLong(string name, ActivityKind kind, string? parent = null)
    {
        var current = Activity.Current;
        var activity = Begin(name, kind, parent);
        Activity.Current = current;
        return activity;
    }

    extension(Activity activity)
    {
        /// <summary>It was not done.</summary>
        /// <param name="type">OpenTelemetry's <c>error.type</c>: one of a few.</param>
        /// <param name="sentence">Why; null where the type says it.</param>
        public void Fail(string type, string? sentence = null)
        {
            activity.SetTag("error.type", type);
            activity.SetStatus(ActivityStatusCode.Error, sentence);
        }

        /// <summary>Ends what <see cref="BeginLong"/> began.</summary>
        public void End()
        {
            var current = Activity.Current;
            activity.Stop();
            Activity.Current = current;
        }
    }
}
