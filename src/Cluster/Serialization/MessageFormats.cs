using System.Collections.Frozen;
using System.Runtime.Serialization;
using System.Text;
using Streaming.Cluster.Tracing;

namespace Streaming.Cluster.Serialization;

/// <summary>
/// All messages of ours that leave a node and all events that are stored, each in its <see cref="MessageFormat"/>. Before the fields of a
/// message that says in which activity it was sent (<see cref="ITraced"/>) comes that, and its manifest says so; without, its bytes are as
/// they always were.
/// </summary>
public sealed class MessageFormats(IReadOnlyCollection<MessageFormat> formats)
{
    /// <summary>Akka.NET's serializer identifier beside all bytes that this has ever written.</summary>
    public const int SerializerId = 1935;

    private const string Traced = "+trace";

    private readonly FrozenDictionary<Type, MessageFormat> _byType = formats
        .Where(format => format.Type is not null).ToFrozenDictionary(format => format.Type!);

    private readonly FrozenDictionary<string, MessageFormat> _byManifest = formats.ToFrozenDictionary(format => format.Manifest);

    /// <summary>The types that have one.</summary>
    public IReadOnlyCollection<Type> Types => _byType.Keys;

    /// <exception cref="SerializationException">It has no format.</exception>
    public string ManifestOf(object message) =>
        TraceParentOf(message) is null ? FormatOf(message).Manifest : FormatOf(message).Manifest + Traced;

    /// <exception cref="SerializationException">It has no format.</exception>
    public byte[] Write(object message)
    {
        using var stream = new MemoryStream();
        using (var writer = new BinaryWriter(stream, Encoding.UTF8))
        {
            var format = FormatOf(message);
            if (TraceParentOf(message) is { } parent)
            {
                writer.Write(parent);
            }

            format.Write(writer, message);
        }

        return stream.ToArray();
    }

    /// <exception cref="SerializationException">They are not a message of that manifest, or it is not known.</exception>
    public object Read(byte[] bytes, string manifest)
    {
        var isTraced = manifest.EndsWith(Traced, StringComparison.Ordinal);
        if (!_byManifest.TryGetValue(isTraced ? manifest[..^Traced.Length] : manifest, out var format))
        {
            throw new SerializationException($"'{manifest}' is not known: it is of a newer version, or another program's.");
        }

        using var stream = new MemoryStream(bytes, writable: false);
        using var reader = new BinaryReader(stream, Encoding.UTF8);
        try
        {
            var parent = isTraced ? reader.ReadString() : null;
            var message = format.Read(reader);
            if (isTraced)
            {
                message = (message as ITraced)?.SentIn(parent) ?? throw new FormatException("it is sent in no activity");
            }

            return stream.Position == stream.Length
                ? message
                : throw new FormatException($"there are {stream.Length - stream.Position} bytes too many");
        }
        catch (Exception e) when (e is EndOfStreamException or FormatException or ArgumentException)
        {
            throw new SerializationException($"A '{manifest}' cannot be read: {e.Message}", e);
        }
    }

    private static string? TraceParentOf(object message) => (message as ITraced)?.TraceParent;

    private MessageFormat FormatOf(object message) => _byType.TryGetValue(message.GetType(), out var format)
        ? format
        : throw new SerializationException($"{message.GetType()} has no format.");
}
