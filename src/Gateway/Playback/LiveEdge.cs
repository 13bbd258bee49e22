using Streaming.Cluster.Broadcasts;
using Streaming.Pipeline.Timelines;

namespace Streaming.Gateway.Playback;

/// <summary>How a wait for the live edge ended.</summary>
internal enum EdgeWait
{
    /// <summary>It is there.</summary>
    Reached,

    /// <summary>Nobody should ask for that yet: 400.</summary>
    TooFar,

    /// <summary>It did not come in time: 503.</summary>
    TimedOut,

    /// <summary>It does not come any more.</summary>
    Gone,
}

/// <summary>
/// The wait for what comes next at a rendition's live edge: it is looked for at once, and again each time that the timeline changes.
/// </summary>
internal static class LiveEdge
{
    // RFC 8216bis §6.2.5.2: a server gives up after as many.
    private const int TimeoutTargetDurations = 3;

    /// <summary>
    /// Waits until <paramref name="look"/> says how it ended, or three target durations have passed. Thousands of these wait at a time:
    /// one that need not wait allocates nothing, one that does holds what it is given, and no more.
    /// </summary>
    /// <param name="broadcast">It has a timeline.</param>
    /// <param name="rendition">The name of the rendition.</param>
    /// <param name="sought">What <paramref name="look"/> gets, so that it need not capture anything.</param>
    /// <param name="look">
    /// Looks at the timeline, which was taken before: media that it does not tell of yet may be there already. Null to wait on.
    /// </param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async ValueTask<EdgeWait> WaitAsync<TSought>(
        ILiveBroadcast broadcast,
        string rendition,
        TSought sought,
        Func<TSought, BroadcastSnapshot, EdgeWait?> look,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            var next = broadcast.SignalOf(rendition).Next; // Another one, where the broadcast goes on at another node.
            var snapshot = broadcast.Snapshot!;
            if (look(sought, snapshot) is { } end)
            {
                return end;
            }

            var left = (snapshot.TargetDuration * TimeoutTargetDurations) - time.GetElapsedTime(began);
            if (left <= TimeSpan.Zero)
            {
                return EdgeWait.TimedOut;
            }

            try
            {
                await next.WaitAsync(left, time, cancellationToken);
            }
            catch (TimeoutException)
            {
                return EdgeWait.TimedOut;
            }
        }
    }
}
