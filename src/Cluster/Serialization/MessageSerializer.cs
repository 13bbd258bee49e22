using Akka.Actor;
using Akka.Serialization;

namespace Streaming.Cluster.Serialization;

/// <summary><see cref="MessageFormats"/> as Akka.NET's serializer.</summary>
public sealed class MessageSerializer(ExtendedActorSystem system, MessageFormats formats) : SerializerWithStringManifest(system)
{
    public override int Identifier => MessageFormats.SerializerId;

    public override string Manifest(object o) => formats.ManifestOf(o);

    public override byte[] ToBinary(object obj) => formats.Write(obj);

    public override object FromBinary(byte[] bytes, string manifest) => formats.Read(bytes, manifest);
}
