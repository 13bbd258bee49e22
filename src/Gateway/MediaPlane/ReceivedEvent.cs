using Grpc.Core;
using Google.Protobuf;
using Streaming.Cluster.Edge;

namespace Streaming.Gateway.MediaPlane;

/// <summary>What came on a stream.</summary>
/// <param name="Event">The event; null for one that this node does not know, which a newer one may send.</param>
internal sealed record ReceivedEvent(FollowEvent? Event)
{
    /// <summary>The service's method, read so that files are in pooled arrays.</summary>
    public static readonly Method<FollowRequest, ReceivedEvent> Follow = new(
        MethodType.DuplexStreaming,
        MediaPlane.Descriptor.FullName,
        MediaPlane.Descriptor.FindMethodByName("Follow").Name,
        Marshallers.Create(static request => request.ToByteArray(), FollowRequest.Parser.ParseFrom),
        Marshallers.Create<ReceivedEvent>(static (_, _) => throw new NotSupportedException(), Read));

    private static ReceivedEvent Read(DeserializationContext context)
    {
        var payload = context.PayloadAsReadOnlySequence();
        return new(MediaFileReader.TryRead(payload, out var came) ? came : FollowMessages.Read(FollowMessage.Parser.ParseFrom(payload)));
    }
}
