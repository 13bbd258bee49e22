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
        Of<ToldOrigins>(
            "origins/told",
            static (writer, told) =>
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
            },
            static reader => new(
                reader.ReadString(), ReadMedia(reader), reader.ReadInt64(), reader.ReadInt32(), reader.ReadInt32(), ReadBroadcasts(reader))),
    ];

    private static NodeAddress? ReadMedia(BinaryReader reader)
    {
        var (host, port) = (reader.ReadOptionalString(), reader.ReadInt32());
        return host is null ? null : new(host, port);
    }

    private static ToldBroadcast[] ReadBroadcasts(BinaryReader reader)
    {
        var count = reader.ReadInt32();
        if (count is < 0 or > ToldOrigins.PartMax)
        {
            throw new FormatException($"there are no {count} broadcasts in a message");
        }

        var broadcasts = new ToldBroadcast[count];
        for (var index = 0; index < count; index++)
        {
            broadcasts[index] = new(reader.ReadString(), reader.ReadString(), reader.ReadInt64(), reader.ReadMoment(), reader.ReadBoolean());
        }

        return broadcasts;
    }
}
