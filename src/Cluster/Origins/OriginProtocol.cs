using Streaming.Cluster.Broadcasts;
using Streaming.Cluster.Membership;

namespace Streaming.Cluster.Origins;

/// <summary>A broadcast that a node says to be the origin of; see <see cref="RemoteBroadcast"/>.</summary>
public sealed record ToldBroadcast(string Slug, string BroadcastId, long Epoch, DateTimeOffset StartedAt, bool IsPlayable);

/// <summary>A replica that a node says to keep, of a broadcast that has not ended as far as it knows; see <see cref="RemoteReplica"/>.</summary>
public sealed record ToldReplica(string Slug, string BroadcastId, long Epoch);

/// <summary>
/// All broadcasts under way on a node and all replicas that it keeps, to all other nodes: at each change, and again and again, since it may get lost. In
/// several parts where they are many.
/// </summary>
/// <param name="Node">The node, this run of it.</param>
/// <param name="Media">Where it gives its media to others; null where it does not.</param>
/// <param name="Round">Grows with each time that it tells.</param>
/// <param name="Part">Which part this is, from 0.</param>
/// <param name="Parts">How many there are.</param>
/// <param name="Broadcasts">Some of the broadcasts.</param>
/// <param name="Replicas">Some of the replicas.</param>
public sealed record ToldOrigins(
    string Node,
    NodeAddress? Media,
    long Round,
    int Part,
    int Parts,
    IReadOnlyList<ToldBroadcast> Broadcasts,
    IReadOnlyList<ToldReplica> Replicas)
{
    /// <summary>Broadcasts and replicas of a part: some 60 kB at most, and 128 kB is what a message may have.</summary>
    public const int PartMax = 400;

    /// <summary>Broadcasts and replicas of one message after another.</summary>
    public static IEnumerable<ToldOrigins> Of(
        string node, NodeAddress? media, long round, IReadOnlyList<ToldBroadcast> broadcasts, IReadOnlyList<ToldReplica> replicas)
    {
        var parts = Math.Max(1, (broadcasts.Count + replicas.Count + PartMax - 1) / PartMax);
        return Enumerable.Range(0, parts).Select(part =>
        {
            var first = part * PartMax;
            ToldBroadcast[] some = [.. broadcasts.Skip(first).Take(PartMax)];
            return new ToldOrigins(
                node, media, round, part, parts, some,
                [.. replicas.Skip(Math.Max(0, first - broadcasts.Count)).Take(PartMax - some.Length)]);
        });
    }

    public bool Equals(ToldOrigins? other) => other is not null
        && (Node, Media, Round, Part, Parts) == (other.Node, other.Media, other.Round, other.Part, other.Parts)
        && Broadcasts.SequenceEqual(other.Broadcasts)
        && Replicas.SequenceEqual(other.Replicas);

    public override int GetHashCode() => HashCode.Combine(Node, Round, Part);
}
