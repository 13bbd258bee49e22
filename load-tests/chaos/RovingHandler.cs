using System.Net;

namespace Streaming.Chaos;

/// <summary>
/// What a load balancer does for a channel's viewers: sends them to one gateway, never to the channel's origin while another can be had, and to another one
/// when that does not answer. Addresses have no host of their own.
/// </summary>
/// <param name="nodes">Those that may be asked.</param>
/// <param name="origin">The node that has the publisher, as far as that is known.</param>
internal sealed class RovingHandler(Nodes nodes, Func<Node?> origin) : DelegatingHandler(new SocketsHttpHandler
{
    ConnectTimeout = TimeSpan.FromSeconds(1),
    PooledConnectionIdleTimeout = TimeSpan.FromSeconds(5),
})
{
    /// <summary>The host of addresses that this answers.</summary>
    public static readonly Uri Anywhere = new("http://anywhere.invalid");

    // A blocking reload waits for three target durations at most, and tells so.
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(15);

    // No player asks for ever. Nodes are gone for some seconds at most, of which a frozen one takes most.
    private static readonly TimeSpan GiveUpAfter = TimeSpan.FromSeconds(40);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private Node? _gateway;

    /// <summary>Requests that had to be sent once more, to another node.</summary>
    public int Moves { get; private set; }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var address = request.RequestUri!.PathAndQuery;
        using var givingUp = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        givingUp.CancelAfter(GiveUpAfter);
        while (true)
        {
            var gateway = Choose();
            using var answering = CancellationTokenSource.CreateLinkedTokenSource(givingUp.Token);
            answering.CancelAfter(AnswerTimeout);
            try
            {
                if (gateway is not null)
                {
                    using var sent = new HttpRequestMessage(request.Method, new Uri(gateway.Http, address));
                    var response = await base.SendAsync(sent, answering.Token).ConfigureAwait(false);

                    // All of it, so that a node that dies within is noticed here.
                    await response.Content.LoadIntoBufferAsync(answering.Token).ConfigureAwait(false);
                    if (response.StatusCode is not (HttpStatusCode.BadGateway or HttpStatusCode.InternalServerError) && IsOfUse(response, gateway))
                    {
                        return response;
                    }

                    response.Dispose();
                }
            }
            catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !givingUp.IsCancellationRequested))
            {
                // It is gone, or frozen.
            }

            Moves++;
            Interlocked.CompareExchange(ref _gateway, null, gateway);
            await Task.Delay(Pause, givingUp.Token).ConfigureAwait(false);
        }
    }

    /// <summary>A node that is only beginning knows of no channel as yet: its balancer would send nobody there.</summary>
    private static bool IsOfUse(HttpResponseMessage response, Node gateway) =>
        response.StatusCode != HttpStatusCode.NotFound || gateway.IsReady;

    private Node? Choose()
    {
        var (chosen, publishers) = (Volatile.Read(ref _gateway), origin());
        if (chosen is { IsReady: true } && chosen != publishers)
        {
            return chosen;
        }

        var ready = nodes.Ingest.Where(static node => node.IsReady).ToList();
        var others = ready.Where(node => node != publishers).ToList();
        var all = others.Count > 0 ? others : ready;
        chosen = all.Count == 0 ? null : all[Random.Shared.Next(all.Count)];
        Volatile.Write(ref _gateway, chosen);
        return chosen;
    }
}
