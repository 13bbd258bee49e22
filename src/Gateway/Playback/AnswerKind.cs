using Streaming.Pipeline.Timelines;

namespace Streaming.Gateway.Playback;

/// <summary>What viewers ask for.</summary>
internal enum AnswerKind
{
    MultivariantPlaylist,
    MediaPlaylist,
    Mpd,
    Segment,
    Part,

    /// <summary>A CMAF header, or a name that nothing has.</summary>
    Header,
}

internal static class AnswerKinds
{
    /// <summary>What a rendition's file of that name is.</summary>
    public static AnswerKind OfFile(ReadOnlySpan<char> name) =>
        MediaNames.TryParsePart(name, out _, out _) ? AnswerKind.Part
        : MediaNames.TryParseSegment(name, out _) ? AnswerKind.Segment
        : AnswerKind.Header;

    /// <summary>Its name as the value of a tag.</summary>
    public static string Tag(this AnswerKind kind) => kind switch
    {
        AnswerKind.MultivariantPlaylist => "multivariant_playlist",
        AnswerKind.MediaPlaylist => "media_playlist",
        AnswerKind.Mpd => "mpd",
        AnswerKind.Segment => "segment",
        AnswerKind.Part => "part",
        _ => "header",
    };
}
