using Streaming.Cluster.Broadcasts;
using Streaming.Cluster.Edge;
using Streaming.Pipeline.Media;
using Streaming.Pipeline.Storage.Memory;

namespace Streaming.Cluster.Tests.Edge;

/// <summary>A replica that follows a broadcast event by event, when the test wants it to.</summary>
internal sealed class Following : IAsyncDisposable
{
    private readonly ILiveBroadcast _origin;
    private readonly IAsyncEnumerator<FollowEvent> _events;
    private BroadcastReplica? _replica;

    public Following(ILiveBroadcast origin, BroadcastReplica? replica = null, long behindBytesMax = Follower.BehindBytesMax)
    {
        (_origin, _replica) = (origin, replica);
        Follower = new(origin, behindBytesMax);
        _events = Follower.ReadAsync(TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
    }

    public Follower Follower { get; }

    public BroadcastReplica Replica => _replica!;

    public BroadcastReplica? ReplicaOrNone => _replica;

    /// <summary>Files that came.</summary>
    public int Files { get; private set; }

    /// <summary>Snapshots that came.</summary>
    public int Versions { get; private set; }

    /// <summary>Reads an event; false when there is no more.</summary>
    public async Task<bool> NextAsync()
    {
        if (!await _events.MoveNextAsync())
        {
            return false;
        }

        switch (_events.Current)
        {
            case FollowEvent.Began began when _replica is null:
                _replica = new(began, new MemoryStorage(1024));
                break;
            case FollowEvent.Began again:
                Assert.True(_replica.TryGoOn(again));
                break;
            case FollowEvent.MediaCame came: // As over a wire: a copy.
                Files++;
                Replica.Apply(came with { Data = MediaBuffer.Copy(came.Data.Memory.Span, []) });
                break;
            case var other:
                Versions += other is FollowEvent.Published ? 1 : 0;
                Replica.Apply(other);
                break;
        }

        return true;
    }

    /// <summary>Reads until the replica has the newest version.</summary>
    public async Task CatchUpAsync()
    {
        while (_replica?.Snapshot?.Version != _origin.Snapshot?.Version)
        {
            Assert.True(await NextAsync());
        }
    }

    /// <summary>Reads to the end.</summary>
    public async Task FinishAsync()
    {
        while (await NextAsync())
        {
        }
    }

    /// <summary>The replica says what the origin does, and has the same bytes.</summary>
    public void AssertSame(bool areFilesCompared = true)
    {
        Assert.Equal(Described.Timeline(_origin.Snapshot), Described.Timeline(Replica.Snapshot));
        if (areFilesCompared)
        {
            Assert.Equal(Described.Memory(_origin), Described.Memory(Replica));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _events.DisposeAsync();
        _replica?.Dispose();
    }
}
