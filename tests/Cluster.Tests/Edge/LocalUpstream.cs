using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Streaming.Cluster.Broadcasts;
using Streaming.Cluster.Edge;
using Streaming.Cluster.Membership;
using Streaming.Cluster.Origins;
using Streaming.Pipeline.Media;

namespace Streaming.Cluster.Tests.Edge;

/// <summary>Origins in this process, without a wire: their followers are read as they are asked for.</summary>
internal sealed class LocalUpstream : IUpstream, IDisposable
{
    private readonly Lock _gate = new();
    private CancellationTokenSource _breaking = new();
    private long _round;

    public LocalUpstream() => Tell(new("here", 1), 1);

    /// <summary>What is asked for, and was.</summary>
    public List<KnownBroadcast> Asked { get; } = [];

    /// <summary>Where the channel is live: here, to begin with.</summary>
    public OriginDirectory Origins { get; } = new();

    /// <summary>What is live there; null for nothing that answers.</summary>
    public Broadcast? Broadcast { get; set; }

    /// <summary>What other nodes have; null for one that says nothing.</summary>
    public ConcurrentDictionary<NodeAddress, ILiveBroadcast?> Others { get; } = new();

    /// <summary>The epoch that its stream says; the broadcast's own if not told.</summary>
    public long? Epoch { get; set; }

    /// <summary>Files that can be fetched, by their names in storage.</summary>
    public ConcurrentDictionary<string, byte[]> Files { get; } = new();

    /// <summary>What was fetched, and from where.</summary>
    public ConcurrentQueue<(NodeAddress Origin, OriginFile File)> Fetched { get; } = new();

    /// <summary>What fetches wait for.</summary>
    public Task Fetching { get; set; } = Task.CompletedTask;

    /// <summary>The channel is live there.</summary>
    public void Tell(NodeAddress origin, long epoch) => Origins.Take(
        "a node", new ToldOrigins("a node", origin, ++_round, 0, 1, [new("mine", "b1", epoch, DateTimeOffset.UnixEpoch, IsPlayable: true)], []));

    /// <summary>Another node keeps a replica.</summary>
    public void TellReplica(NodeAddress node, string broadcastId, long epoch) => Origins.Take(
        node.ToString(), new ToldOrigins(node.ToString(), node, ++_round, 0, 1, [], [new("mine", broadcastId, epoch)]));

    /// <summary>Nobody is known to have it.</summary>
    public void TellOfNone() => Origins.Remove("a node");

    /// <summary>Breaks off the streams that there are.</summary>
    public void Break()
    {
        lock (_gate)
        {
            _breaking.Cancel();
            _breaking.Dispose();
            _breaking = new();
        }
    }

    public void Dispose() => _breaking.Dispose();

    public async IAsyncEnumerable<FollowEvent> FollowAsync(
        NodeAddress origin, string slug, KnownBroadcast known, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        CancellationTokenSource both;
        lock (_gate)
        {
            Asked.Add(known);
            both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _breaking.Token);
        }

        using var _ = both;
        var isOther = Others.TryGetValue(origin, out var broadcast);
        if (isOther && broadcast is null)
        {
            await Task.Delay(Timeout.Infinite, both.Token);
        }

        broadcast ??= Broadcast;
        if (broadcast is null || (broadcast.Id == known.BroadcastId && known.IsEnded))
        {
            throw new UpstreamException("There is nothing to follow.");
        }

        await using var events = new Follower(broadcast).ReadAsync(both.Token).GetAsyncEnumerator(both.Token);
        while (await NextAsync(events, cancellationToken))
        {
            yield return events.Current switch
            {
                FollowEvent.MediaCame came => came with { Data = MediaBuffer.Copy(came.Data.Memory.Span, []) },
                FollowEvent.Began began => began with { Epoch = Epoch ?? began.Epoch },
                var other => other,
            };
        }
    }

    public async Task<byte[]?> FetchAsync(NodeAddress origin, OriginFile file, Func<long, byte[]> makeRoom, CancellationToken cancellationToken)
    {
        Fetched.Enqueue((origin, file));
        await Fetching.WaitAsync(cancellationToken);
        if (!Files.TryGetValue(file.StoredName, out var content))
        {
            return null;
        }

        var room = makeRoom(content.Length);
        content.CopyTo(room, 0);
        return room;
    }

    private static async Task<bool> NextAsync(IAsyncEnumerator<FollowEvent> events, CancellationToken cancellationToken)
    {
        try
        {
            return await events.MoveNextAsync();
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new UpstreamException("It broke off.", e);
        }
    }
}
