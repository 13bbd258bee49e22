using System.Collections.Immutable;
using Streaming.Cluster.Broadcasts;
using Streaming.Cluster.Membership;

namespace Streaming.Cluster.Origins;

/// <summary>
/// Which channels are live on other nodes, and which nodes keep replicas of them, as those nodes say, wholly in memory: reading asks nobody. A node that
/// is alone knows of none.
/// From any thread.
/// </summary>
public sealed class OriginDirectory
{
    private readonly Lock _changing = new();
    private ImmutableDictionary<string, NodeOrigins> _byNode = ImmutableDictionary<string, NodeOrigins>.Empty;
    private volatile ImmutableDictionary<string, RemoteBroadcast> _bySlug = ImmutableDictionary<string, RemoteBroadcast>.Empty;
    private volatile ImmutableDictionary<string, ImmutableArray<RemoteReplica>> _replicas =
        ImmutableDictionary<string, ImmutableArray<RemoteReplica>>.Empty;

    private long _version;

    /// <summary>Told of a channel of which something else is known by now, or nothing; on the thread that learns of it, which is not to be held up.</summary>
    public event Action<string>? Changed;

    /// <summary>Grows with every change.</summary>
    public long Version => Volatile.Read(ref _version);

    /// <summary>All of them, in no order.</summary>
    public IEnumerable<RemoteBroadcast> All => _bySlug.Values;

    /// <summary>Who has the channel's broadcast; null where it is not live on another node as far as this one knows.</summary>
    public RemoteBroadcast? Find(string slug) => _bySlug.GetValueOrDefault(slug);

    /// <summary>
    /// Replicas of the channel's broadcasts that other nodes keep, in no order. They stay known when the origin is gone, until they are over: of a
    /// broadcast that ended, or of a node that is gone.
    /// </summary>
    public ImmutableArray<RemoteReplica> ReplicasOf(string slug) => _replicas.GetValueOrDefault(slug, []);

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
                after = after with { Name = node, Media = told.Media };
                _byNode = _byNode.SetItem(told.Node, after);
                if (after.Broadcasts != known.Broadcasts || after.Media != known.Media)
                {
                    Publish();
                }

                if (after.Replicas != known.Replicas || after.Media != known.Media)
                {
                    PublishReplicas();
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
            PublishReplicas();
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

    private void PublishReplicas() => _replicas = _byNode.Values
        .Where(static node => node.Media is not null)
        .SelectMany(static node => node.Replicas.Select(
            told => new RemoteReplica(told.Slug, told.BroadcastId, told.Epoch, node.Name, node.Media!)))
        .GroupBy(static replica => replica.Slug, StringComparer.Ordinal)
        .ToImmutableDictionary(static channel => channel.Key, static channel => channel.ToImmutableArray(), StringComparer.Ordinal);

    /// <summary>What a node has said: the newest that is complete, and the parts of what is on its way.</summary>
    private sealed record NodeOrigins(
        string Name,
        NodeAddress? Media,
        long Round,
        ImmutableArray<ToldOrigins> Parts,
        ImmutableArray<ToldBroadcast> Broadcasts,
        ImmutableArray<ToldReplica> Replicas)
    {
        public static NodeOrigins Nothing { get; } = new("", null, -1, [], [], []);

        /// <summary>With another part of the newest round; null where it is of an older one, or known.</summary>
        public NodeOrigins? After(ToldOrigins told)
        {
            if (told.Round < Round || (told.Round == Round && Parts.Any(part => part.Part == told.Part)))
            {
                return null;
            }

            ImmutableArray<ToldOrigins> parts = told.Round == Round ? [.. Parts, told] : [told];
            var after = this with { Round = told.Round, Parts = parts };
            return parts.Length < told.Parts ? after : after with
            {
                Broadcasts = Newer(Broadcasts, parts.SelectMany(static part => part.Broadcasts)),
                Replicas = Newer(Replicas, parts.SelectMany(static part => part.Replicas)),
            };
        }

        /// <summary>The same array where it says the same: most of what is told has been told before.</summary>
        private static ImmutableArray<T> Newer<T>(ImmutableArray<T> known, IEnumerable<T> told) => known.SequenceEqual(told) ? known : [.. told];
    }
}
