using Streaming.Cluster.Broadcasts.Rungs;
using Streaming.Cluster.Serialization;
using Streaming.Pipeline.Transcoding;
using static Streaming.Cluster.Serialization.MessageFormat;

namespace Streaming.Cluster.Transcoding;

/// <summary>How <c>RunProtocol.cs</c> is written. Fields in the order of the records.</summary>
public static class RunFormats
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<MessageFormat> All { get; } =
    [
        Of<StartRun>(
            "run/start",
            static (writer, start) =>
            {
                Write(writer, start.Slot);
                Write(writer, start.Run);
                writer.Write(start.Deadline);
            },
            static reader => new(ReadSlot(reader), ReadRun(reader), reader.ReadMoment())),
        Of<StopRun>(
            "run/stop",
            static (writer, stop) =>
            {
                Write(writer, stop.Slot);
                Write(writer, stop.Run);
            },
            static reader => new(ReadSlot(reader), ReadRun(reader))),
        Of<RunStarted>("run/started", static (writer, started) => Write(writer, started.Run), static reader => new(ReadRun(reader))),
        Of<RunRefused>(
            "run/refused",
            static (writer, refused) =>
            {
                Write(writer, refused.Run);
                writer.Write((byte)refused.Reason);
            },
            static reader => new(ReadRun(reader), (RunRefusal)reader.ReadByte())),
        Of<RunEnded>(
            "run/ended",
            static (writer, ended) =>
            {
                Write(writer, ended.Run);
                writer.Write(NumberOf(ended.End));
                writer.WriteOptional(ended.Message);
            },
            static reader => new(ReadRun(reader), ReadEnd(reader), reader.ReadOptionalString())),
    ];

    // The place of an end in this list is its number on the wire: new ones come last.
    private static readonly TranscodeEnd[] Ends =
    [
        TranscodeEnd.Completed, TranscodeEnd.Cancelled, TranscodeEnd.Unavailable, TranscodeEnd.Crashed, TranscodeEnd.Stalled,
        TranscodeEnd.Failed, TranscodeEnd.Lost,
    ];

    /// <summary>What is written for an end.</summary>
    public static byte NumberOf(TranscodeEnd end) => (byte)Array.IndexOf(Ends, end);

    /// <summary>The end that a number is written for; one that this node does not know is a failure.</summary>
    public static TranscodeEnd EndOf(int number) => number >= 0 && number < Ends.Length ? Ends[number] : TranscodeEnd.Failed;

    private static TranscodeEnd ReadEnd(BinaryReader reader) => EndOf(reader.ReadByte());

    private static void Write(BinaryWriter writer, RunSlot slot)
    {
        writer.Write(slot.Worker);
        writer.Write(slot.Number);
    }

    private static RunSlot ReadSlot(BinaryReader reader) => new(reader.ReadString(), reader.ReadInt32());

    private static void Write(BinaryWriter writer, RunId run)
    {
        writer.Write(run.Broadcast);
        writer.Write(run.Epoch);
    }

    private static RunId ReadRun(BinaryReader reader) => new(reader.ReadString(), reader.ReadInt32());
}
