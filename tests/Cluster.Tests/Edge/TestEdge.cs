using Microsoft.Extensions.Logging.Abstractions;
using Streaming.Cluster.Broadcasts;
using Streaming.Cluster.Channels;
using Streaming.Cluster.Edge;
using Streaming.Cluster.Membership;
using Streaming.Cluster.Origins;
using Streaming.Cluster.Tests.Graphs;
using Streaming.Pipeline.Storage.Memory;
using Streaming.Pipeline.Tests;

namespace Streaming.Cluster.Tests.Edge;

/// <summary>A node that has no broadcasts of its own, and follows what it is told of.</summary>
internal sealed class TestEdge : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ChannelDirectory _directory;
    private readonly LiveChannels _live;
    private readonly OriginMedia _fetched;

    public TestEdge(IUpstream upstream, OriginDirectory origins, TimeProvider time, NodeAddress? self = null)
    {
        var (storage, options) = (new MemoryStorage(1024), new BroadcastOptions());
        _directory = new ChannelDirectory(_folder["channels.db"], NullLogger.Instance);
        _live = new LiveChannels(() => TestActors.System, _directory, options, storage, time, NullLogger<LiveChannel>.Instance);
        _fetched = new OriginMedia(upstream, time);
        Instruments = new FollowInstruments(Meters);
        Broadcasts = new EdgeBroadcasts(
            _live, options, storage, time, NullLogger<EdgeBroadcasts>.Instance, origins, Kept, upstream, _fetched, () => self, Instruments);
    }

    public TestMeters Meters { get; } = new();

    public FollowInstruments Instruments { get; }

    /// <summary>What it tells others.</summary>
    public KeptReplicas Kept { get; } = new();

    public EdgeBroadcasts Broadcasts { get; }

    public async ValueTask DisposeAsync()
    {
        await Broadcasts.DisposeAsync();
        _fetched.Dispose();
        await _live.DisposeAsync();
        _directory.Dispose();
        Meters.Dispose();
        _folder.Dispose();
    }
}
