using Akka.Actor;
using Streaming.Cluster.Channels;
using Streaming.Cluster.Serialization;
using Streaming.Cluster.Transcoding;

namespace Streaming.Cluster.Tests.Tracing;

/// <summary>Passes messages on as what is read of their bytes, as between nodes.</summary>
internal sealed class Crossing(IActorRef receiver) : UntypedActor
{
    private static readonly MessageFormats Formats = new([.. ChannelFormats.All, .. RunFormats.All]);

    protected override void OnReceive(object message) =>
        receiver.Forward(Formats.Read(Formats.Write(message), Formats.ManifestOf(message)));
}
