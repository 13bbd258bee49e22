using System.Net.Sockets;
using Akka.Actor;
using Akka.Cluster;
using Akka.Remote;
using Microsoft.Extensions.Logging;

namespace Streaming.Cluster.Membership;

/// <summary>
/// Has a node taken out of the cluster whose process is gone: in a fraction of a second, while heartbeats have a patience of seconds. Where a
/// connection to it breaks, or it is not heard, its port is tried: an operating system refuses at once what nobody listens to. One that is
/// paused, or cut off, refuses nothing, and is left to the heartbeats. A local actor below the user guardian; its mailbox has what
/// happens to connections of Akka.Remote, one a pair of nodes.
/// </summary>
internal sealed partial class RefusalWatchdog : UntypedActor
{
    // Tries, all of which have to be refused: a program that is started anew may listen between two of them.
    private const int Tries = 3;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(30);

    // A host that is there refuses in a millisecond.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(300);

    private readonly Akka.Cluster.Cluster _cluster = Akka.Cluster.Cluster.Get(Context.System);
    private readonly GoneNodes _gone = GoneNodes.Of(Context.System.EventStream);
    private readonly HashSet<Address> _underWay = [];
    private readonly ILogger _logger;

    public RefusalWatchdog(ILogger logger) => _logger = logger;

    protected override void PreStart()
    {
        _cluster.Subscribe(Self, typeof(ClusterEvent.UnreachableMember), typeof(ClusterEvent.MemberRemoved));
        Context.System.EventStream.Subscribe(Self, typeof(DisassociatedEvent));
        Context.System.EventStream.Subscribe(Self, typeof(AssociationErrorEvent));
    }

    protected override void PostStop()
    {
        _cluster.Unsubscribe(Self);
        Context.System.EventStream.Unsubscribe(Self);
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case AssociationEvent broken:
                Try(broken.RemoteAddress);
                break;
            case ClusterEvent.UnreachableMember { Member: var member }:
                Try(member.Address);
                break;
            case ClusterEvent.MemberRemoved { Member: var member }:
                _gone.Remove(member.Address);
                break;
            case Tried tried:
                _underWay.Remove(tried.Address);
                if (tried.IsRefused)
                {
                    TakeOut(tried.Address);
                }

                break;
        }
    }

    private void Try(Address address)
    {
        if (address != _cluster.SelfAddress && IsMember(address) && _underWay.Add(address))
        {
            RefusesAsync(address).PipeTo(Self, success: isRefused => new Tried(address, isRefused), failure: _ => new Tried(address, false));
        }
    }

    private void TakeOut(Address address)
    {
        if (!IsMember(address) || !MayTakeOut(_cluster.State))
        {
            return;
        }

        LogGone(address.HostPort());
        _gone.Add(address);
        _cluster.Down(address);
    }

    private bool IsMember(Address address) => _cluster.State.Members.Any(
        member => member.Address == address && member.Status is MemberStatus.Up or MemberStatus.Leaving or MemberStatus.Exiting);

    /// <summary>
    /// Half of the nodes at least are heard here. A firewall can refuse, too: what is cut off by one must not take out all the others.
    /// </summary>
    private static bool MayTakeOut(ClusterEvent.CurrentClusterState state) =>
        2 * (state.Members.Count - state.Unreachable.Count) >= state.Members.Count;

    private static async Task<bool> RefusesAsync(Address address)
    {
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            if (attempt > 0)
            {
                await Task.Delay(Pause).ConfigureAwait(false);
            }

            if (!await IsRefusedAsync(address).ConfigureAwait(false))
            {
                return false;
            }
        }

        return true;
    }

    private static async Task<bool> IsRefusedAsync(Address address)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await socket.ConnectAsync(address.Host!, address.Port!.Value, patience.Token).ConfigureAwait(false);
            return false;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode == SocketError.ConnectionRefused;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    [LoggerMessage(360, LogLevel.Warning, "Node {Node} is gone: nothing listens at its address any more. It is taken out of the cluster")]
    private partial void LogGone(string node);

    private sealed record Tried(Address Address, bool IsRefused);
}
