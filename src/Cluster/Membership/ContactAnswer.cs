namespace Streaming.Cluster.Membership;

/// <summary>What a node says to one that looks for a cluster.</summary>
/// <param name="Self">Who it is: where the others send it messages.</param>
/// <param name="Members">Nodes of its cluster that it hears; empty while it is in none.</param>
/// <param name="Candidate">Who is to begin a cluster, as far as it sees; null where it does not see enough.</param>
public sealed record ContactAnswer(NodeAddress Self, IReadOnlyList<NodeAddress> Members, NodeAddress? Candidate);

/// <summary>Asks a node, which may be the asking one.</summary>
/// <exception cref="ContactException">It does not answer, or not what can be read.</exception>
public delegate Task<ContactAnswer> AskContact(NodeAddress contact, CancellationToken cancellationToken);

/// <summary>A node that was found does not answer. The message says why.</summary>
public sealed class ContactException(string message, Exception? inner = null) : Exception(message, inner);
