using Google.Protobuf;
using Grpc.Core;
using Streaming.Pipeline.Transcoding;

namespace Streaming.Gateway.MediaPlane;

/// <summary>What comes from the origin of a run: the run, then what it is fed; neither for what this node does not know.</summary>
internal sealed record FeedFrame(RunToMake? Run, FedMedia? Fed);

/// <summary>What comes from a run's worker: a piece of media, or another message.</summary>
internal sealed record RunFrame(MadeOfRung? Made, RunMessage? Other);

/// <summary>The service's method, with messages that are read so that media is in pooled arrays, and written from where it is.</summary>
internal static class TranscodeMethod
{
    public static readonly Method<FeedFrame, RunFrame> Transcode = new(
        MethodType.DuplexStreaming,
        Workers.Descriptor.FullName,
        Workers.Descriptor.FindMethodByName("Transcode").Name,
        Marshallers.Create<FeedFrame>(static (frame, context) => Write(RunMessages.Of(frame), context), ReadFeed),
        Marshallers.Create<RunFrame>(static (frame, context) => Write(RunMessages.Of(frame), context), ReadRun));

    private static void Write(IMessage message, SerializationContext context)
    {
        context.SetPayloadLength(message.CalculateSize());
        message.WriteTo(context.GetBufferWriter());
        context.Complete();
    }

    private static FeedFrame ReadFeed(DeserializationContext context)
    {
        var payload = context.PayloadAsReadOnlySequence();
        return PieceReader.TryRead(payload, FeedMessage.FedFieldNumber, out var places, out var data)
            ? new(null, RunMessages.Read(FedPlaces.Parser.ParseFrom(places), data))
            : new(FeedMessage.Parser.ParseFrom(payload).Run, null);
    }

    private static RunFrame ReadRun(DeserializationContext context)
    {
        var payload = context.PayloadAsReadOnlySequence();
        return PieceReader.TryRead(payload, RunMessage.MadeFieldNumber, out var made, out var data)
            ? new(RunMessages.Read(RungMade.Parser.ParseFrom(made), data), null)
            : new(null, RunMessage.Parser.ParseFrom(payload));
    }
}
