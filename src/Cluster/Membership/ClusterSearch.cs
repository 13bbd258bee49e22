using System.Net.Sockets;
using Akka.Actor;
using Akka.Cluster;
using Microsoft.Extensions.Logging;

namespace Streaming.Cluster.Membership;

/// <summary>
/// Looks for a cluster until the node is in one: finds the others, asks all of them once a second, and does what <see cref="Formation"/> decides
/// of their answers. It ends with the node. Others ask this node meanwhile, and later.
/// </summary>
/// <param name="discovery">How it finds them.</param>
/// <param name="ask">How it asks them.</param>
/// <param name="time">When it does.</param>
/// <param name="logger">Hears what it waits for, and each of that once.</param>
internal sealed partial class ClusterSearch(NodeDiscovery discovery, AskContact ask, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    // To find nodes, and to ask them.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    // Until those that were asked to let this node in are gone themselves.
    private static readonly TimeSpan JoinPatience = TimeSpan.FromSeconds(10);

    private volatile Formation? _formation;
    private string _told = "";

    /// <summary>What this node says to others that look for a cluster.</summary>
    public ContactAnswer Answer(Akka.Cluster.Cluster cluster)
    {
        var state = cluster.State;
        var members = IsIn(cluster)
            ? state.Members.Except(state.Unreachable).Where(static member => member.Status is MemberStatus.Up or MemberStatus.WeaklyUp)
            : [];
        return new(AddressOf(cluster.SelfAddress), [.. members.Select(static member => AddressOf(member.Address))], _formation?.Candidate);
    }

    /// <summary>Ends when the node is in a cluster, or is told to end.</summary>
    public async Task RunAsync(Akka.Cluster.Cluster cluster, CancellationToken cancellationToken)
    {
        var formation = _formation = new(AddressOf(cluster.SelfAddress), discovery.NodesMin, time);
        while (!IsIn(cluster) && !cluster.IsTerminated)
        {
            var pause = Pause;
            switch (await NextAsync(formation, cancellationToken).ConfigureAwait(false))
            {
                case FormationStep.Join { Members: var members }:
                    Tell($"it asks {string.Join(", ", members)} to let it in");
                    cluster.JoinSeedNodes(members.Select(member => cluster.SelfAddress.WithHost(member.Host).WithPort(member.Port)));
                    pause = JoinPatience;
                    break;
                case FormationStep.Begin:
                    Tell("it begins a cluster");
                    cluster.Join(cluster.SelfAddress);
                    pause = JoinPatience;
                    break;
                case FormationStep.Wait { Reason: var reason }:
                    Tell(reason);
                    break;
            }

            await Task.Delay(pause, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<FormationStep> NextAsync(Formation formation, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            var found = await discovery.FindAsync(either.Token).ConfigureAwait(false);
            var answers = await Task.WhenAll(found.Select(contact => AskAsync(contact, either.Token))).ConfigureAwait(false);
            return formation.Next(found, [.. answers.OfType<ContactAnswer>()]);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return new FormationStep.Wait($"other nodes cannot be found: {e.Message}");
        }
    }

    /// <summary>Null where it does not answer.</summary>
    private async Task<ContactAnswer?> AskAsync(NodeAddress contact, CancellationToken cancellationToken)
    {
        try
        {
            return await ask(contact, cancellationToken).ConfigureAwait(false);
        }
        catch (ContactException e)
        {
            LogNoAnswer(contact, e.Message);
            return null;
        }
    }

    private void Tell(string what)
    {
        if (what != _told)
        {
            _told = what;
            LogStep(what);
        }
    }

    private static bool IsIn(Akka.Cluster.Cluster cluster) =>
        cluster.SelfMember.Status is MemberStatus.Joining or MemberStatus.WeaklyUp or MemberStatus.Up;

    private static NodeAddress AddressOf(Address address) => new(address.Host ?? "", address.Port ?? 0);

    [LoggerMessage(361, LogLevel.Information, "The node looks for its cluster: {What}")]
    private partial void LogStep(string what);

    [LoggerMessage(362, LogLevel.Debug, "Node {Contact} does not say whether there is a cluster: {Reason}")]
    private partial void LogNoAnswer(NodeAddress contact, string reason);
}
