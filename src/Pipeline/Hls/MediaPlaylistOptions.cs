namespace Streaming.Pipeline.Hls;

/// <summary>How a <see cref="MediaPlaylist"/> is written.</summary>
public sealed record MediaPlaylistOptions
{
    /// <summary>Whole segments only, live.</summary>
    public static MediaPlaylistOptions Default { get; } = new();

    /// <summary>
    /// Lists parts and promises blocking reloads (RFC 8216bis §6.2.5.2). Only for a server that answers <c>_HLS_msn</c>,
    /// <c>_HLS_part</c> and <c>_HLS_skip</c>, and requests for a part that was hinted and does not exist yet. Default: off.
    /// </summary>
    public bool LowLatency { get; init; }

    /// <summary>
    /// How far from the edge low-latency players should play; at least twice the part target, which RFC 8216bis §4.4.3.8
    /// demands. Less is lower latency and more stalls. Default: three times the part target.
    /// </summary>
    public TimeSpan? PartHoldBack { get; init; }

    /// <summary>
    /// The player asked for a Playlist Delta Update (<c>_HLS_skip=YES</c>, RFC 8216bis §6.2.5.1). Low latency only; the
    /// playlist is written in full where nothing can be skipped. Default: off.
    /// </summary>
    public bool Delta { get; init; }

    /// <summary>The playlist will never change: a recording. Default: off.</summary>
    public bool OnDemand { get; init; }
}
