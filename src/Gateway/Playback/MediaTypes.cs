namespace Streaming.Gateway.Playback;

/// <summary>Content types of media and manifests, and how long caches may keep them.</summary>
internal static class MediaTypes
{
    /// <summary>RFC 8216bis §10.</summary>
    public const string HlsPlaylist = "application/vnd.apple.mpegurl";

    /// <summary>ISO/IEC 23009-1 annex C.</summary>
    public const string Mpd = "application/dash+xml";

    public const string VideoMp4 = "video/mp4";
    public const string AudioMp4 = "audio/mp4";

    /// <summary>A name stands for the same bytes for ever.</summary>
    public const string Immutable = "public, max-age=31536000, immutable";

    /// <summary>A live manifest: fresh for less than a segment, so that a cache in front takes most of the load.</summary>
    public const string Live = "public, max-age=1";

    /// <summary>
    /// An MPD, which tells of segments that have just begun: players get it fresh, shared caches may still take most of the
    /// load.
    /// </summary>
    public const string LiveEdge = "public, max-age=0, s-maxage=1";

    /// <summary>
    /// A playlist that was waited for: its address says which part it has to have, so it stays a right answer for as long as
    /// somebody may ask for that part.
    /// </summary>
    public const string Awaited = "public, max-age=6";

    /// <summary>A manifest of a recording, or where a segment of it is: true until the recording is deleted.</summary>
    public const string UntilDeleted = "public, max-age=60";

    /// <summary>What is true now only.</summary>
    public const string Never = "no-store";
}
