using System.Collections.Immutable;
using Streaming.Cluster.Broadcasts;
using Streaming.Cluster.Membership;
using Streaming.Cluster.Recordings;

namespace Streaming.Cluster.Origins;

/// <summary>
/// Which channels are live on other nodes, as those nodes say, wholly in memory: reading asks nobody. A node that is alone knows of none.
/// From any thread.
/// </summary>
public sealed class OriginDirectory : IBroadcastsUnderWay
{
    private readonly Lock _changing = new();
    private ImmutableDictionary<string, NodeOrigins> _byNode = ImmutableDictionary<string, NodeOrigins>.Empty;
    private volatile ImmutableDictionary<string, RemoteBroadcast> _bySlug = ImmutableDictionary<string, RemoteBroadcast>.Empty;
    private long _version;

    /// <summary>Told of a channel of which something else is known by now, or nothing; on the thread that learns of it, which is not to be held up.</summary>
    public event Action<string>? Changed;

    /// <summary>Grows with every change.</summary>
    public long Version => Volatile.Read(ref _version);

    /// <summary>All of them, in no order.</summary>
    public IEnumerable<RemoteBroadcast> All => _bySlug.Values;

    /// <summary>Who has the channel's broadcast; null where it is not live on another node as far as this one knows.</summary>
    public RemoteBroadcast? Find(string slug) => _bySlug.GetValueOrDefault(slug);

    /// <inheritdoc/>
    public bool HasElsewhere(string broadcastId) => _bySlug.Values.Any(broadcast => broadcast.BroadcastId == broadcastId);

    /// <summary>Takes what a node says, unless it has said something newer; in parts, when all have come.</summary>
    /// <param name="node">The node as people know it.</param>
    /// <param name="told">What it says.</param>
    public void Take(string node, ToldOrigins told)
    {
        lock (_changing)
        {
            var known = _byNode.GetValueOrDefault(told.Node) ?? NodeOrigins.Nothing;
            if (known.After(told) is { } after)
            {
                var isComplete = after.Broadcasts != known.Broadcasts;
                _byNode = _byNode.SetItem(told.Node, after with { Name = node, Media = told.Media });
                if (isComplete)
                {
                    Publish();
                }
            }
        }
    }

    /// <summary>A node is one of the cluster no more: so it is nobody's origin.</summary>
    /// <param name="node">This run of it.</param>
    public void Remove(string node)
    {
        lock (_changing)
        {
            _byNode = _byNode.Remove(node);
            Publish();
        }
    }

    private void Publish()
    {
        var before = _bySlug;
        var builder = ImmutableDictionary.CreateBuilder<string, RemoteBroadcast>(StringComparer.Ordinal);
        foreach (var node in _byNode.Values)
        {
            foreach (var told in node.Broadcasts)
            {
                if (!builder.TryGetValue(told.Slug, out var other) || other.Epoch < told.Epoch)
                {
                    builder[told.Slug] = new(told.Slug, told.BroadcastId, told.Epoch, told.StartedAt, told.IsPlayable, node.Name, node.Media);
                }
            }
        }

        _bySlug = builder.ToImmutable();
        var changed = before.Keys.Union(_bySlug.Keys)
            .Where(slug => before.GetValueOrDefault(slug) != _bySlug.GetValueOrDefault(slug)).ToList();
        if (changed.Count > 0)
        {
            Interlocked.Increment(ref _version);
        }

        changed.ForEach(slug => Changed?.Invoke(slug));
    }

    /// <summary>What a node has said: the newest that is complete, and the parts of what is on its way.</summary>
    private sealed record NodeOrigins(
        string Name, NodeAddress? Media, long Round, ImmutableArray<ToldOrigins> Parts, ImmutableArray<ToldBroadcast> Broadcasts)
    {
        public static NodeOrigins Nothing { get; } = new("", null, -1, [], []);

        /// <summary>With another part of the newest round; null where it is of an older one, or known.</summary>
        public NodeOrigins? After(ToldOrigins told)
        {
            if (told.Round < Round || (told.Round == Round && Parts.Any(part => part.Part == told.Part)))
            {
                return null;
            }

            ImmutableArray<ToldOrigins> parts = told.Round == Round ? [.. Parts, told] : [told];
            return this with
            {
                Round = told.Round,
                Parts = parts,
                Broadcasts = parts.Length == told.Parts ? [.. parts.SelectMany(static part => part.Broadcasts)] : Broadcasts,
            };
        }
    }
}
