using System.Diagnostics.Metrics;

namespace Streaming.Cluster.Edge;

/// <summary>What goes from origins to the nodes that follow them: counted at both ends.</summary>
public sealed class FollowInstruments
{
    public const string MeterName = "Streaming.Follow";

    private readonly UpDownCounter<int> _followers;
    private readonly Counter<long> _sent;
    private readonly Counter<long> _dropped;
    private readonly UpDownCounter<int> _followed;
    private readonly UpDownCounter<int> _standbys;
    private readonly Counter<long> _received;
    private readonly Counter<long> _reconnects;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _orphaned;

    public FollowInstruments(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _followers = meter.CreateUpDownCounter<int>(
            "streaming.follow.followers", "{follower}", "Streams on which other nodes follow broadcasts of this one.");
        _sent = meter.CreateCounter<long>("streaming.follow.sent", "By", "Bytes of media that went to followers.");
        _dropped = meter.CreateCounter<long>(
            "streaming.follow.dropped", "{follower}", "Followers that were dropped or not taken, by reason: they come again, here or elsewhere, and get a snapshot.");
        _followed = meter.CreateUpDownCounter<int>(
            "streaming.follow.followed", "{channel}", "Channels that this node follows on others, for its viewers or as their standby.");
        _standbys = meter.CreateUpDownCounter<int>(
            "streaming.follow.standbys", "{channel}", "Channels of other nodes that this node is the standby of.");
        _received = meter.CreateCounter<long>("streaming.follow.received", "By", "Bytes of media that came from origins.");
        _reconnects = meter.CreateCounter<long>(
            "streaming.follow.reconnects", "{stream}", "Streams from origins that broke off, or could not be opened, and were tried again.");
        _refused = meter.CreateCounter<long>(
            "streaming.follow.refused", "{stream}", "Streams that were refused, by reason: a higher epoch of their channel is known, or they come through this node.");
        _orphaned = meter.CreateCounter<long>(
            "streaming.follow.orphaned", "{broadcast}", "Replicas that ended by themselves, since their origin was gone and no other went on.");
    }

    /// <summary>A follower came; it has gone when what this returns is disposed of.</summary>
    public Follow Follows()
    {
        _followers.Add(1);
        return new(_followers);
    }

    /// <summary>A file went to a follower.</summary>
    public void Sent(int bytes) => _sent.Add(bytes);

    /// <summary>A follower was dropped, or not taken.</summary>
    /// <param name="reason"><c>behind</c>, <c>stalled</c>, <c>full</c> or <c>moved</c>.</param>
    public void Dropped(string reason) => _dropped.Add(1, new KeyValuePair<string, object?>("reason", reason));

    internal void Received(int bytes) => _received.Add(bytes);

    internal void Reconnects() => _reconnects.Add(1);

    internal void Refused(string reason) => _refused.Add(1, new KeyValuePair<string, object?>("reason", reason));

    internal void Orphaned() => _orphaned.Add(1);

    internal Follow Followed()
    {
        _followed.Add(1);
        return new(_followed);
    }

    internal Follow StandsBy()
    {
        _standbys.Add(1);
        return new(_standbys);
    }

    /// <summary>Something that is under way.</summary>
    public readonly struct Follow(UpDownCounter<int> count) : IDisposable
    {
        public void Dispose() => count.Add(-1);
    }
}
