using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Configuration;
using Akka.Serialization;

namespace Streaming.Cluster.Serialization;

/// <summary>
/// Takes the place of Akka.NET's fall-back, which writes any object as JSON with the names of its types, and makes any object of what it
/// reads. What has no serializer of its own leaves no node and gets into no database.
/// </summary>
public sealed class RefusingSerializer : Serializer
{
    /// <param name="system">The actor system.</param>
    /// <param name="settings">Of the fall-back, which Akka.NET passes on.</param>
    public RefusingSerializer(ExtendedActorSystem system, Config settings)
        : base(system) => _ = settings;

    /// <summary>The identifier of the fall-back, so that its bytes come here as well.</summary>
    public override int Identifier => 1;

    public override bool IncludeManifest => true;

    public override byte[] ToBinary(object obj) => throw new SerializationException(
        $"{obj.GetType()} has no serializer. What leaves a node or is stored needs one of ours.");

    public override object FromBinary(byte[] bytes, Type type) => throw new SerializationException(
        $"{type} was written by a serializer that names types; such bytes are not read.");
}
