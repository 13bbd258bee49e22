using System.Buffers.Binary;

namespace Streaming.RtmpPusher;

/// <summary>An FLV file in memory, to be sent again and again without a seam in its time stamps.</summary>
internal sealed class MediaLoop
{
    private const int FileHeaderLength = 9;
    private const int TagHeaderLength = 11;
    private const int BackPointerLength = 4;

    private MediaLoop(MediaTag[] preamble, MediaTag[] media, uint periodMs)
    {
        Preamble = preamble;
        Media = media;
        PeriodMs = periodMs;
    }

    /// <summary>Script data and sequence headers, sent once.</summary>
    public IReadOnlyList<MediaTag> Preamble { get; }

    /// <summary>The pictures and the sound of one round, in the file's order, from time 0.</summary>
    public IReadOnlyList<MediaTag> Media { get; }

    /// <summary>What the time stamps grow by from round to round: as many pictures as there are, at their mean distance.</summary>
    public uint PeriodMs { get; }

    public static MediaLoop Load(string path)
    {
        var tags = Parse(File.ReadAllBytes(path));
        var media = tags.Where(tag => tag.Type != MediaTag.Script && !tag.IsSequenceHeader && tag.Body.Length > 1).ToList();
        var video = media.Where(tag => tag.Type == MediaTag.Video && tag.Body[1] == 1).ToArray();
        if (video.Length < 2)
        {
            throw new InvalidDataException($"{path}: an FLV file with H.264 video is needed");
        }

        var first = media.Min(tag => tag.TimestampMs);
        var firstAudio = media.Find(tag => tag.Type == MediaTag.Audio).TimestampMs;
        var period = (uint)Math.Round(
            (video[^1].TimestampMs - video[0].TimestampMs) * (double)video.Length / (video.Length - 1));
        return new MediaLoop(
            [.. tags.Where(tag => tag.Type == MediaTag.Script || tag.IsSequenceHeader)
                .Select(tag => tag with { TimestampMs = 0 })],
            // An AVC end of sequence ends the file, not the broadcast. Sound that outlasts the pictures is the sound of the
            // next round's start, where the file has none yet.
            [.. media.Where(tag => tag.Type == MediaTag.Video ? tag.Body[1] == 1 : tag.TimestampMs < firstAudio + period)
                .Select(tag => tag with { TimestampMs = (tag.TimestampMs - first) % period })
                .OrderBy(tag => tag.TimestampMs)],
            period);
    }

    private static List<MediaTag> Parse(ReadOnlySpan<byte> file)
    {
        if (!file.StartsWith("FLV"u8))
        {
            throw new InvalidDataException("not an FLV file");
        }

        var tags = new List<MediaTag>();
        var rest = file[(FileHeaderLength + BackPointerLength)..];
        while (rest.Length >= TagHeaderLength)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(rest) & 0xFFFFFF;
            if (rest.Length < TagHeaderLength + length)
            {
                break;
            }

            var timestamp = (BinaryPrimitives.ReadUInt32BigEndian(rest[4..]) >> 8) | ((uint)rest[7] << 24);
            tags.Add(new MediaTag(rest[0], timestamp, rest.Slice(TagHeaderLength, length).ToArray()));
            rest = rest[Math.Min(rest.Length, TagHeaderLength + length + BackPointerLength)..];
        }

        return tags;
    }
}
