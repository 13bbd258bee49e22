namespace Streaming.Cluster.Serialization;

/// <summary>
/// How one type of message is written: its manifest says what the bytes are, which are its fields one after another. A manifest never
/// gets another meaning: a message that changes gets a new one, and the old one goes on being read.
/// </summary>
/// <param name="Manifest">Unique among all messages.</param>
/// <param name="Type">The type; null for a format that is only read.</param>
/// <param name="Write">Writes the fields.</param>
/// <param name="Read">Reads them, in the same order.</param>
public sealed record MessageFormat(string Manifest, Type? Type, Action<BinaryWriter, object> Write, Func<BinaryReader, object> Read)
{
    public static MessageFormat Of<T>(string manifest, Action<BinaryWriter, T> write, Func<BinaryReader, T> read)
        where T : notnull =>
        new(manifest, typeof(T), (writer, message) => write(writer, (T)message), reader => read(reader));

    /// <summary>How a message was written before it got another manifest.</summary>
    public static MessageFormat Earlier(string manifest, Func<BinaryReader, object> read) =>
        new(manifest, null, (_, _) => throw new NotSupportedException($"'{manifest}' is not written any more."), read);
}
