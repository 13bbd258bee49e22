using Grpc.Core;
using Streaming.Cluster.Membership;

namespace Streaming.Gateway.MediaPlane;

/// <summary>Tells nodes that look for a cluster, and know its secret, who is in it.</summary>
/// <param name="answer">What this node says; null where nodes know their seeds.</param>
/// <param name="secret">What callers have to know.</param>
internal sealed class ContactService(Func<ContactAnswer?> answer, SecretCheck secret) : ClusterContact.ClusterContactBase
{
    public override Task<ContactReply> Ask(ContactRequest request, ServerCallContext context)
    {
        secret.Check(context.RequestHeaders);
        return answer() is { } told
            ? Task.FromResult(new ContactReply
            {
                Self = told.Self.ToString(),
                Members = { told.Members.Select(static member => member.ToString()) },
                Candidate = told.Candidate?.ToString() ?? "",
            })
            : throw new RpcException(new(StatusCode.Unimplemented, "This node is told of its seeds (Streaming:Cluster:Discovery)."));
    }
}
