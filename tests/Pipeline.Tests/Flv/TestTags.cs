using System.Buffers;
using System.Globalization;
using Streaming.Pipeline.Flv;
using Streaming.Pipeline.Tests.Codecs.Avc;

namespace Streaming.Pipeline.Tests.Flv;

/// <summary>Tags by hand, field by field.</summary>
internal static class TestTags
{
    public static readonly byte[] Sps = new TestSps().ToNalUnit();
    public static readonly byte[] Pps = TestSps.Pps();
    public static readonly byte[] Idr = [0x65, 0x88, 0x84, 0x21];
    public static readonly byte[] Slice = [0x41, 0x9A, 0x24];
    public static readonly byte[] Aac44100Stereo = [0x12, 0x10];

    /// <summary>An AVC record of <see cref="Sps"/> and <see cref="Pps"/>.</summary>
    public static byte[] Record(int lengthSize = 4) => AvcDecoderConfigurationRecordTests.Written(lengthSize, [Sps], [Pps]);

    public static byte[] RecordOf(TestSps sps, byte marker = 0) =>
        AvcDecoderConfigurationRecordTests.Written(4, [sps.ToNalUnit()], [TestSps.Pps(marker)]);

    public static FlvTag VideoHeader(byte[] record) => Video(0, [0x17, 0, 0, 0, 0, .. record]);

    public static FlvTag VideoFrame(uint timestampMs, byte[] data, int compositionOffsetMs = 0, bool keyFlag = false) =>
        Video(
            timestampMs,
            [
                (byte)(keyFlag ? 0x17 : 0x27),
                1,
                (byte)(compositionOffsetMs >> 16),
                (byte)(compositionOffsetMs >> 8),
                (byte)compositionOffsetMs,
                .. data,
            ]);

    public static FlvTag AudioHeader(byte[] config) => Audio(0, [0xAF, 0, .. config]);

    public static FlvTag AudioFrame(uint timestampMs, params byte[] data) => Audio(timestampMs, [0xAF, 1, .. data]);

    public static FlvTag Video(uint timestampMs, byte[] body) => new(FlvTagType.Video, timestampMs, body);

    public static FlvTag Audio(uint timestampMs, byte[] body) => new(FlvTagType.Audio, timestampMs, body);

    public static FlvTag Script(byte[] body) => new(FlvTagType.Script, 0, body);

    /// <summary>NAL units behind lengths of four bytes.</summary>
    public static byte[] AccessUnit(params byte[][] units) =>
        [.. units.SelectMany(unit => (byte[])[0, 0, (byte)(unit.Length >> 8), (byte)unit.Length, .. unit])];

    /// <summary>NAL units behind start codes, of four bytes first and of three then.</summary>
    public static byte[] ByteStream(params byte[][] units) =>
        [0, .. units.SelectMany(unit => (byte[])[0, 0, 1, .. unit])];

    public static byte[] Hex(string text) => Convert.FromHexString(text.Replace(" ", "", StringComparison.Ordinal));

    /// <summary>Demuxes tags to lines that can be compared.</summary>
    public static List<string> Demux(FlvDemuxer demuxer, params IEnumerable<FlvTag> tags)
    {
        var lines = new List<string>();
        foreach (var tag in tags)
        {
            var content = demuxer.Read(tag, out var frame);
            if (content.HasFlag(FlvContent.VideoConfiguration))
            {
                var video = demuxer.Video!;
                lines.Add($"video {video.Codec} {video.Width}x{video.Height}");
            }

            if (content.HasFlag(FlvContent.AudioConfiguration))
            {
                lines.Add(string.Create(
                    CultureInfo.InvariantCulture, $"audio {demuxer.Audio!.Codec} {demuxer.Audio.Timescale} {demuxer.Audio.Channels}"));
            }

            if (content.HasFlag(FlvContent.Frame))
            {
                lines.Add(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{frame.Track} {frame.TimestampMs} {frame.CompositionOffsetMs} {(frame.IsSync ? "sync" : "-")} "
                        + $"{Convert.ToHexString(frame.Data.Span)}"));
            }

            while (demuxer.TryReadMore(out var more))
            {
                lines.Add(string.Create(
                    CultureInfo.InvariantCulture, $"{more.Track} {more.TimestampMs} more {Convert.ToHexString(more.Data.Span)}"));
            }

            if (content.HasFlag(FlvContent.EndOfSequence))
            {
                lines.Add("end");
            }
        }

        return lines;
    }

    /// <summary>The bytes in segments of <paramref name="length"/>.</summary>
    public static ReadOnlySequence<byte> Segmented(byte[] bytes, int length)
    {
        Segment? first = null, last = null;
        for (var at = 0; at < bytes.Length; at += length)
        {
            last = new Segment(bytes.AsMemory(at, Math.Min(length, bytes.Length - at)), last);
            first ??= last;
        }

        return first is null ? default : new ReadOnlySequence<byte>(first, 0, last!, last!.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, Segment? previous)
        {
            Memory = memory;
            if (previous is not null)
            {
                RunningIndex = previous.RunningIndex + previous.Memory.Length;
                previous.Next = this;
            }
        }
    }
}
