using Streaming.Cluster.Membership;
using Streaming.Cluster.Serialization;
using static Streaming.Cluster.Serialization.MessageFormat;

namespace Streaming.Cluster.Origins;

/// <summary>How <c>OriginProtocol.cs</c> is written. Fields in the order of the records.</summary>
public static class OriginFormats
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<MessageFormat> All { get; } =
    [
        Of<ToldOrigins>("origins/told-2", Write, static reader => Read(reader, static reader => ReadMany(reader, ReadReplica))),
        Earlier("origins/told", static reader => Read(reader, static _ => [])), // Of nodes that told no replicas.
    ];

    private static void Write(BinaryWriter writer, ToldOrigins told)
    {
        writer.Write(told.Node);
        writer.WriteOptional(told.Media?.Host);
        writer.Write(told.Media?.Port ?? 0);
        writer.Write(told.Round);
        writer.Write(told.Part);
        writer.Write(told.Parts);
        writer.Write(told.Broadcasts.Count);
        foreach (var broadcast in told.Broadcasts)
        {
            writer.Write(broadcast.Slug);
            writer.Write(broadcast.BroadcastId);
            writer.Write(broadcast.Epoch);
            writer.Write(broadcast.StartedAt);
            writer.Write(broadcast.IsPlayable);
        }

        writer.Write(told.Replicas.Count);
        foreach (var replica in told.Replicas)
        {
            writer.Write(replica.Slug);
            writer.Write(replica.BroadcastId);
            writer.Write(replica.Epoch);
        }
    }

    private static ToldOrigins Read(BinaryReader reader, Func<BinaryReader, ToldReplica[]> readReplicas) => new(
        reader.ReadString(),
        ReadMedia(reader),
        reader.ReadInt64(),
        reader.ReadInt32(),
        reader.ReadInt32(),
        ReadMany(reader, ReadBroadcast),
        readReplicas(reader));

    private static NodeAddress? ReadMedia(BinaryReader reader)
    {
        var (host, port) = (reader.ReadOptionalString(), reader.ReadInt32());
        return host is null ? null : new(host, port);
    }

    private static T[] ReadMany<T>(BinaryReader reader, Func<BinaryReader, T> read)
    {
        var count = reader.ReadInt32();
        if (count is < 0 or > ToldOrigins.PartMax)
        {
            throw new FormatException($"there are no {count} of them in a message");
        }

        var all = new T[count];
        for (var index = 0; index < count; index++)
        {
            all[index] = read(reader);
        }

        return all;
    }

    private static ToldBroadcast ReadBroadcast(BinaryReader reader) =>
        new(reader.ReadString(), reader.ReadString(), reader.ReadInt64(), reader.ReadMoment(), reader.ReadBoolean());

    private static ToldReplica ReadReplica(BinaryReader reader) => new(reader.ReadString(), reader.ReadString(), reader.ReadInt64());
}
