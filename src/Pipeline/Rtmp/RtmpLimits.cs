using static Streaming.Pipeline.Settings.Bounds;

namespace Streaming.Pipeline.Rtmp;

/// <summary>
/// What one RTMP connection may cost. The defaults suit publishers on the open internet. Whoever configures others checks
/// <see cref="Problems"/> before there is any connection.
/// </summary>
public sealed record RtmpLimits
{
    /// <summary>
    /// Longest audio, video, data or aggregate message. Bytes, 1,024 to 16,777,215, default 8 MiB. A key frame is one
    /// message, so higher admits higher bit rates, lower bounds what one publisher can hold in memory. Before the
    /// publication is accepted <see cref="CommandLengthMax"/> holds for every message.
    /// </summary>
    public int MessageLengthMax { get; init; } = 8 << 20;

    /// <summary>
    /// Longest command or protocol control message. Bytes, 512 to <see cref="MessageLengthMax"/>, default 64 KiB.
    /// Commands are a few hundred bytes; room above that only serves unknown ones.
    /// </summary>
    public int CommandLengthMax { get; init; } = 64 << 10;

    /// <summary>
    /// Memory held by all messages of which only a part has come. Bytes, 64 KiB to 256 MiB and at least
    /// <see cref="MessageLengthMax"/>, default 16 MiB. Must leave room for one message on each chunk stream that is
    /// really used; lower bounds a peer that never completes any.
    /// Before the publication is accepted it is at most twice <see cref="CommandLengthMax"/>.
    /// </summary>
    public int PartialLengthMax { get; init; } = 16 << 20;

    /// <summary>
    /// Bit rate of a broadcaster, over ten seconds. Bit/s, 100,000 to 1,000,000,000, default 60,000,000, which is enough for 4K
    /// at 60 pictures a second. Who sends more is told so and cut off. The newest segments are in memory: at the default and
    /// segments of 2 s about 120 MiB a broadcast, so lower if strangers may broadcast, higher for contribution links.
    /// </summary>
    public long BitRateMax { get; init; } = 60_000_000;

    /// <summary>
    /// Largest chunk size the peer may set. Bytes, 128 to 2,147,483,647, default the latter. Chunks are consumed as
    /// they come, so a large one costs no memory; lower refuses peers whose video would hold up their audio.
    /// </summary>
    public int ChunkSizeMax { get; init; } = int.MaxValue;

    /// <summary>
    /// Chunk streams the peer may open. Count, 4 to 65,597, default 64. Encoders use three to six; each costs about 100
    /// bytes.
    /// </summary>
    public int ChunkStreamsMax { get; init; } = 64;

    /// <summary>
    /// Deepest nesting of AMF0 objects and arrays. Levels, 2 to 64, default 16. Reading recurses as deep as this.
    /// </summary>
    public int AmfDepthMax { get; init; } = 16;

    /// <summary>
    /// Commands accepted while nothing is published. Count, 5 to 10,000, default 64. Encoders need five to ten; each
    /// costs us an answer, and a publish a look-up of the key.
    /// </summary>
    public int CommandsUnpublishedMax { get; init; } = 64;

    /// <summary>
    /// From the connection's start to the handshake's last byte. 1 s to 1 min, default 10 s. Longer is kinder to bad
    /// networks, shorter frees the sockets of peers that say nothing.
    /// </summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long a connection may go without a publication. 1 s to 1 h, default 30 s. Shorter frees idle sockets, longer
    /// suits encoders that connect ahead of the show.
    /// </summary>
    public TimeSpan PublishTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long a peer may go without completing a message. 2 s to 1 h, default 30 s. It ends half-open connections and
    /// peers that send a byte at a time; too short, and a slow uplink loses its broadcast in a long key frame.
    /// </summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Silence after which the peer is pinged, and again each time it has passed. 1 s to 1 h, default 10 s. Must be
    /// shorter than <see cref="IdleTimeout"/> to give a silent but living peer the chance to answer.
    /// </summary>
    public TimeSpan PingAfter { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long a refused peer is given to read why. 0 s to 1 min, default 2 s. Without it a TCP reset can overtake the
    /// reason; longer holds the socket.
    /// </summary>
    public TimeSpan CloseTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Our answers that wait for the peer to read. Bytes, 8 KiB to 16 MiB, default 64 KiB. What does not fit is
    /// dropped: a publisher that never reads loses acknowledgements, not its broadcast.
    /// </summary>
    public int PendingWriteLengthMax { get; init; } = 64 << 10;

    /// <summary>
    /// Bytes after which we ask the peer to acknowledge, and after half of which we acknowledge until the peer states
    /// its own window. Bytes, 4 KiB to 2,147,483,647, default 2,500,000. Smaller means more small writes.
    /// </summary>
    public int AcknowledgementWindow { get; init; } = 2_500_000;

    /// <summary>Chunk size of what we write. Bytes, 128 to 65,536, default 4,096: any answer fits one chunk.</summary>
    public int OutboundChunkSize { get; init; } = 4096;

    /// <summary>What is wrong with them, in sentences that begin with the option; empty when nothing is.</summary>
    public IEnumerable<string> Problems()
    {
        string?[] problems =
        [
            Outside(MessageLengthMax, 1024, 0xFFFFFF, nameof(MessageLengthMax)),
            Outside(CommandLengthMax, 512, 0xFFFFFF, nameof(CommandLengthMax)),
            Outside(PartialLengthMax, 64 << 10, 256 << 20, nameof(PartialLengthMax)),
            Outside(BitRateMax, 100_000, 1_000_000_000, nameof(BitRateMax)),
            Outside(ChunkSizeMax, 128, int.MaxValue, nameof(ChunkSizeMax)),
            Outside(ChunkStreamsMax, 4, 65_597, nameof(ChunkStreamsMax)),
            Outside(AmfDepthMax, 2, 64, nameof(AmfDepthMax)),
            Outside(CommandsUnpublishedMax, 5, 10_000, nameof(CommandsUnpublishedMax)),
            Outside(HandshakeTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1), nameof(HandshakeTimeout)),
            Outside(PublishTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1), nameof(PublishTimeout)),
            Outside(IdleTimeout, TimeSpan.FromSeconds(2), TimeSpan.FromHours(1), nameof(IdleTimeout)),
            Outside(PingAfter, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1), nameof(PingAfter)),
            Outside(CloseTimeout, TimeSpan.Zero, TimeSpan.FromMinutes(1), nameof(CloseTimeout)),
            Outside(PendingWriteLengthMax, 8 << 10, 16 << 20, nameof(PendingWriteLengthMax)),
            Outside(AcknowledgementWindow, 4 << 10, int.MaxValue, nameof(AcknowledgementWindow)),
            Outside(OutboundChunkSize, 128, 65_536, nameof(OutboundChunkSize)),
            CommandLengthMax > MessageLengthMax
                ? $"{nameof(CommandLengthMax)} is {CommandLengthMax}; it has to be at most {nameof(MessageLengthMax)}, which is "
                    + $"{MessageLengthMax}."
                : null,
            PartialLengthMax < MessageLengthMax
                ? $"{nameof(PartialLengthMax)} is {PartialLengthMax}; it has to be at least {nameof(MessageLengthMax)}, which is "
                    + $"{MessageLengthMax}: one message has to fit."
                : null,
            PingAfter >= IdleTimeout
                ? $"{nameof(PingAfter)} is {PingAfter}; it has to be shorter than {nameof(IdleTimeout)}, which is {IdleTimeout}: "
                    + "a silent peer is asked before it is cut off."
                : null,
        ];
        return problems.OfType<string>();
    }
}
