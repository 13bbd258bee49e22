namespace Streaming.Pipeline.Rtmp.Commands;

/// <summary>
/// A command of the peer with what is wanted of its arguments. RTMP 1.0 §7.2; those of the Flash Media Live Encoder
/// (releaseStream, FCPublish, FCUnpublish, _checkbw) are in no specification.
/// </summary>
/// <param name="TransactionId">Repeated in the answer; 0 when the peer wants none.</param>
internal abstract record RtmpCommand(double TransactionId)
{
    /// <summary>NetConnection.connect. §7.2.1.1.</summary>
    /// <param name="TransactionId">Should be 1.</param>
    /// <param name="App">The application, which may hold more of the path than its name.</param>
    /// <param name="TcUrl">The address that the peer was given.</param>
    /// <param name="IsEnhanced">It has a field of Enhanced RTMP (fourCcList, videoFourCcInfoMap, capsEx).</param>
    /// <param name="Reconnects">It connects again where it is asked to: the first bit of capsEx, Enhanced RTMP v2, "Reconnect Request".</param>
    public sealed record Connect(double TransactionId, string? App, string? TcUrl, bool IsEnhanced, bool Reconnects = false)
        : RtmpCommand(TransactionId);

    /// <summary>NetConnection.createStream. §7.2.1.3.</summary>
    public sealed record CreateStream(double TransactionId) : RtmpCommand(TransactionId);

    /// <summary>NetStream.publish. §7.2.2.6. Its publishing type is not looked at: everything is live.</summary>
    public sealed record Publish(double TransactionId, string? Name) : RtmpCommand(TransactionId);

    /// <summary>Asks to end what an earlier connection may have left of the stream.</summary>
    public sealed record ReleaseStream(double TransactionId, string? Name) : RtmpCommand(TransactionId);

    /// <summary>Announces a publish.</summary>
    public sealed record FcPublish(double TransactionId, string? Name) : RtmpCommand(TransactionId);

    /// <summary>Ends a publish.</summary>
    public sealed record FcUnpublish(double TransactionId, string? Name) : RtmpCommand(TransactionId);

    /// <summary>NetStream.deleteStream. §7.2.2.3.</summary>
    public sealed record DeleteStream(double TransactionId, double? StreamId) : RtmpCommand(TransactionId);

    /// <summary>Ends what goes on in the message stream that carries it, but keeps the stream.</summary>
    public sealed record CloseStream(double TransactionId) : RtmpCommand(TransactionId);

    /// <summary>NetStream.play or play2. §7.2.2.1.</summary>
    public sealed record Play(double TransactionId) : RtmpCommand(TransactionId);

    /// <summary>Asks for a measurement of the bandwidth.</summary>
    public sealed record CheckBandwidth(double TransactionId) : RtmpCommand(TransactionId);

    /// <summary>The peer's answer to a command of ours (_result, _error, onStatus), which is never answered.</summary>
    public sealed record Answer(double TransactionId) : RtmpCommand(TransactionId);

    /// <summary>A command that means nothing here.</summary>
    public sealed record Unknown(double TransactionId, string Name) : RtmpCommand(TransactionId);
}
