using Grpc.Core;
using Streaming.Cluster.Membership;

namespace Streaming.Gateway.MediaPlane;

/// <summary>Asks other nodes whether there is a cluster, by gRPC: a connection for each question, since nobody asks for long.</summary>
internal sealed class ContactClient(SecretCheck secret)
{
    /// <inheritdoc cref="AskContact"/>
    public async Task<ContactAnswer> AskAsync(NodeAddress contact, CancellationToken cancellationToken)
    {
        using var channel = MediaPlaneClient.Connect(contact);
        try
        {
            var reply = await new ClusterContact.ClusterContactClient(channel).AskAsync(
                new ContactRequest(), new CallOptions(secret.Metadata, cancellationToken: cancellationToken));
            return new(Read(reply.Self), [.. reply.Members.Select(Read)], reply.Candidate.Length == 0 ? null : Read(reply.Candidate));
        }
        catch (RpcException e)
        {
            throw new ContactException($"{e.StatusCode}: {e.Status.Detail}", e);
        }
    }

    private static NodeAddress Read(string text) => NodeAddress.TryParse(text, out var address)
        ? address
        : throw new ContactException($"'{text}' is no address of a node.");
}
