using Streaming.Pipeline.Rtmp;
using Streaming.Pipeline.Rtmp.Messages;

namespace Streaming.Pipeline.Tests.Rtmp.Messages;

public sealed class AggregateReaderTests
{
    /// <summary>RTMP 1.0 §7.1.6: FLV tags without a file around them.</summary>
    internal static readonly byte[] TwoMessages =
    [
        0x08, 0x00, 0x00, 0x02, // audio, 2 bytes
        0x00, 0x03, 0xE8, 0x00, // 1000 ms
        0x00, 0x00, 0x00, // stream
        0xAF, 0x01,
        0x00, 0x00, 0x00, 0x0D, // back pointer
        0x09, 0x00, 0x00, 0x01,
        0x00, 0x04, 0x10, 0x00, // 1040 ms
        0x00, 0x00, 0x00,
        0x17,
        0x00, 0x00, 0x00, 0x0C,
    ];

    [Fact]
    public void Messages_AreReadWithTimestampsFromTheAggregates() => Assert.Equal(
        [(RtmpMessageType.Audio, 5000u, 2), (RtmpMessageType.Video, 5040, 1)], Read(TwoMessages, 5000));

    [Fact]
    public void LastBackPointer_MayBeMissing() => Assert.Equal(2, Read(TwoMessages[..^4], 0).Count);

    [Fact]
    public void Timestamps_WrapModulo32Bit() => Assert.Equal([0xFFFFFFF0u, 24], Read(TwoMessages, 0xFFFFFFF0).Select(m => m.Item2));

    [Fact]
    public void EveryTruncation_IsAProtocolErrorOrEndsBetweenMessages()
    {
        for (var length = 0; length < TwoMessages.Length; length++)
        {
            var cut = TwoMessages[..length];
            if (length is 0 or (>= 13 and <= 17) or >= 29)
            {
                Assert.True(Read(cut, 0).Count <= 2);
            }
            else
            {
                Assert.Throws<RtmpProtocolException>(() => Read(cut, 0));
            }
        }
    }

    private static List<(RtmpMessageType, uint, int)> Read(byte[] body, uint timestampMs)
    {
        var reader = new AggregateReader(body, timestampMs);
        var messages = new List<(RtmpMessageType, uint, int)>();
        while (reader.TryRead(out var type, out var time, out var message))
        {
            messages.Add((type, time, message.Length));
        }

        return messages;
    }
}
