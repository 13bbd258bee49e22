using System.Collections.Frozen;
using System.Runtime.Serialization;
using System.Text;

namespace Streaming.Cluster.Serialization;

/// <summary>All messages of ours that leave a node and all events that are stored, each in its <see cref="MessageFormat"/>.</summary>
public sealed class MessageFormats(IReadOnlyCollection<MessageFormat> formats)
{
    /// <summary>Akka.NET's serializer identifier beside all bytes that this has ever written.</summary>
    public const int SerializerId = 1935;

    private readonly FrozenDictionary<Type, MessageFormat> _byType = formats.ToFrozenDictionary(format => format.Type);
    private readonly FrozenDictionary<string, MessageFormat> _byManifest = formats.ToFrozenDictionary(format => format.Manifest);

    /// <summary>The types that have one.</summary>
    public IReadOnlyCollection<Type> Types => _byType.Keys;

    /// <exception cref="SerializationException">It has no format.</exception>
    public string ManifestOf(object message) => FormatOf(message).Manifest;

    /// <exception cref="SerializationException">It has no format.</exception>
    public byte[] Write(object message)
    {
        using var stream = new MemoryStream();
        using (var writer = new BinaryWriter(stream, Encoding.UTF8))
        {
            FormatOf(message).Write(writer, message);
        }

        return stream.ToArray();
    }

    /// <exception cref="SerializationException">They are not a message of that manifest, or it is not known.</exception>
    public object Read(byte[] bytes, string manifest)
    {
        if (!_byManifest.TryGetValue(manifest, out var format))
        {
            throw new SerializationException($"'{manifest}' is not known: it is of a newer version, or another program's.");
        }

        using var stream = new MemoryStream(bytes, writable: false);
        using var reader = new BinaryReader(stream, Encoding.UTF8);
        try
        {
            var message = format.Read(reader);
            return stream.Position == stream.Length
                ? message
                : throw new FormatException($"there are {stream.Length - stream.Position} bytes too many");
        }
        catch (Exception e) when (e is EndOfStreamException or FormatException or ArgumentException)
        {
            throw new SerializationException($"A '{manifest}' cannot be read: {e.Message}", e);
        }
    }

    private MessageFormat FormatOf(object message) => _byType.TryGetValue(message.GetType(), out var format)
        ? format
        : throw new SerializationException($"{message.GetType()} has no format.");
}
