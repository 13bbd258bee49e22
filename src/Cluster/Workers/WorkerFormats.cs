using Streaming.Cluster.Broadcasts.Rungs;
using Streaming.Cluster.Serialization;
using static Streaming.Cluster.Serialization.MessageFormat;

namespace Streaming.Cluster.Workers;

/// <summary>How <c>WorkerProtocol.cs</c> is written. Fields in the order of the record.</summary>
public static class WorkerFormats
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<MessageFormat> All { get; } =
    [
        Of<ToldWorker>(
            "workers/told",
            static (writer, told) =>
            {
                writer.Write(told.Node);
                writer.Write(told.Media.Host);
                writer.Write(told.Media.Port);
                writer.Write(told.Round);
                writer.Write(told.Slots);
                writer.Write(told.Taken);
                writer.Write(told.Cores);
                writer.Write(told.Load);
                writer.Write(told.Lag.Ticks);
                writer.Write(told.IsDraining);
                writer.Write(told.Runs.Count);
                foreach (var run in told.Runs)
                {
                    writer.Write(run.Broadcast);
                    writer.Write(run.Epoch);
                }
            },
            static reader => new(
                reader.ReadString(),
                new(reader.ReadString(), reader.ReadInt32()),
                reader.ReadInt64(),
                reader.ReadInt32(),
                reader.ReadInt32(),
                reader.ReadInt32(),
                reader.ReadDouble(),
                new(reader.ReadInt64()),
                reader.ReadBoolean(),
                ReadRuns(reader))),
    ];

    private static RunId[] ReadRuns(BinaryReader reader)
    {
        var count = reader.ReadInt32();
        if (count is < 0 or > ToldWorker.RunsMax)
        {
            throw new FormatException($"there are no {count} runs in a message");
        }

        var runs = new RunId[count];
        for (var index = 0; index < count; index++)
        {
            runs[index] = new(reader.ReadString(), reader.ReadInt32());
        }

        return runs;
    }
}
