using System.Globalization;

namespace Streaming.Pipeline.Timelines;

/// <summary>
/// Names of a rendition's files, the same in HLS, in DASH and in storage, so that one object serves all of them. They are
/// made of media sequence numbers, which never come twice within a broadcast and are the same in all its renditions: what
/// a name stands for never changes, and the name of what comes next is known before it exists.
/// </summary>
public static partial class MediaNames
{
    public const string MediaPlaylist = "index.m3u8";

    /// <summary>The CMAF header for <see cref="Segment.Initialization"/>.</summary>
    public static string Initialization(int index) => string.Create(CultureInfo.InvariantCulture, $"init-{index}.mp4");

    /// <summary>The media segment of that number.</summary>
    public static string Segment(long mediaSequence) => string.Create(CultureInfo.InvariantCulture, $"{mediaSequence}.m4s");

    /// <summary>The partial segment of that index within the segment of that number.</summary>
    public static string Part(long mediaSequence, int index) =>
        string.Create(CultureInfo.InvariantCulture, $"{mediaSequence}.{index}.m4s");

    /// <summary>DASH's <c>SegmentTemplate@media</c> for the same names.</summary>
    public const string DashSegmentTemplate = "$Number$.m4s";

    /// <summary>Reads back a name that <see cref="Segment"/> made.</summary>
    public static bool TryParseSegment(ReadOnlySpan<char> name, out long mediaSequence)
    {
        mediaSequence = 0;
        return name.EndsWith(Extension, StringComparison.Ordinal) && TryParseNumber(name[..^Extension.Length], out mediaSequence);
    }

    /// <summary>Reads back a name that <see cref="Part"/> made.</summary>
    public static bool TryParsePart(ReadOnlySpan<char> name, out long mediaSequence, out int index)
    {
        (mediaSequence, index) = (0, 0);
        var dot = name.IndexOf('.');
        return dot > 0 && dot < name.Length - Extension.Length && name.EndsWith(Extension, StringComparison.Ordinal)
            && TryParseNumber(name[..dot], out mediaSequence)
            && int.TryParse(name[(dot + 1)..^Extension.Length], NumberStyles.None, CultureInfo.InvariantCulture, out index);
    }

    private const string Extension = ".m4s";

    private static bool TryParseNumber(ReadOnlySpan<char> text, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
