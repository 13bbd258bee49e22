namespace Streaming.Pipeline.Dash;

/// <summary>How a <see cref="MediaPresentation"/> is written.</summary>
public sealed record MediaPresentationOptions
{
    /// <summary>
    /// What addresses of media begin with, relative to the MPD's, up to the rendition's name: the broadcast's id and a slash
    /// for a live one, empty where renditions lie beside the MPD. Default: empty.
    /// </summary>
    public string MediaPrefix { get; init; } = "";

    /// <summary>
    /// A recording: written as static, its time starting at zero with the first segment and running on over the breaks
    /// between periods. Default: off.
    /// </summary>
    public bool OnDemand { get; init; }

    /// <summary>
    /// How long players wait before they ask for the MPD again. Less finds new segments earlier and costs requests.
    /// Default: half the target duration.
    /// </summary>
    public TimeSpan? MinimumUpdatePeriod { get; init; }

    /// <summary>
    /// How far back from now players may go; no more than what the window always holds. Default: what it holds now.
    /// </summary>
    public TimeSpan? TimeShiftBufferDepth { get; init; }

    /// <summary>
    /// How far behind now players should play. Less is lower latency and more stalls. Default: three target durations, as
    /// HLS players do.
    /// </summary>
    public TimeSpan? SuggestedPresentationDelay { get; init; }

    /// <summary>
    /// Latency that players should hold by small changes of speed; a ServiceDescription (ISO/IEC 23009-1 annex K) says so.
    /// Default: none, and no ServiceDescription.
    /// </summary>
    public TimeSpan? TargetLatency { get; init; }

    /// <summary>
    /// Lists the segment that is growing, and says that it can be had while it grows: low-latency DASH by chunked transfer
    /// (ISO/IEC 23009-1 §5.3.9.2: @availabilityTimeOffset, @availabilityTimeComplete). Only for a server that answers a request
    /// for it part by part. Written as without where the newest period cannot be played so: a gap, or a segment that does not
    /// begin with a sync sample. Default: off.
    /// </summary>
    public bool LowLatency { get; init; }

    /// <summary>
    /// Address of the server's clock, which answers with an xs:dateTime: players cannot place the live edge by a clock of
    /// their own that is off. Null to write none. Default: <c>/time</c>.
    /// </summary>
    public string? UtcTiming { get; init; } = "/time";
}
