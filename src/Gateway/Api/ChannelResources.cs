using System.Text.Json.Serialization;
using Streaming.Cluster.Governor;
using Streaming.Cluster.Broadcasts.Rungs;

namespace Streaming.Gateway.Api;

/// <summary>A channel in a list, with the number of its recordings.</summary>
public sealed record ChannelSummary(
    string Slug,
    string Title,
    bool Live,
    DateTimeOffset? StartedAt,
    int Viewers,
    QualityResource? Quality,
    int Recordings);

/// <summary>A channel with everything that is known of it.</summary>
public sealed record ChannelDetail(
    string Slug,
    string Title,
    bool Live,
    string? BroadcastId,
    DateTimeOffset? StartedAt,
    int Viewers,
    QualityResource? Quality,
    IReadOnlyList<RenditionResource> Renditions,
    IngestResource? Ingest,
    TranscoderResource? Transcoder,
    RefusalResource? Refusal);

/// <summary>The cluster as one of its nodes sees it: its nodes, the oldest first, and the channels that are live.</summary>
public sealed record ClusterResource(IReadOnlyList<NodeResource> Nodes, IReadOnlyList<LiveChannelResource> Channels);

/// <summary>
/// A node. Its name is <c>host:port</c>; its state <c>joining</c>, <c>weaklyup</c>, <c>up</c>, <c>leaving</c>, <c>exiting</c> or <c>down</c>. What it has for
/// transcode runs is null of one that is no worker, or has not told yet.
/// </summary>
public sealed record NodeResource(
    string Name,
    string State,
    bool IsReachable,
    bool IsSelf,
    bool IsLeader,
    IReadOnlyList<string> Roles,
    string Version,
    WorkerResource? Worker);

/// <summary>
/// A node that works on transcode runs: its slots and those that are taken, whether it takes no more since it is about to leave, and the runs that it has.
/// </summary>
public sealed record WorkerResource(int Slots, int Taken, bool IsDraining, IReadOnlyList<RunResource> Runs);

/// <summary>A transcode run: its broadcast and the channel of that, null where that is not known, and which of the broadcast's runs it is.</summary>
public sealed record RunResource(string? Slug, string BroadcastId, int Epoch);

/// <summary>A channel that is live, and the node that has its publisher.</summary>
public sealed record LiveChannelResource(string Slug, string Origin, string BroadcastId, long Epoch, DateTimeOffset StartedAt);

/// <summary>How much of its ladder a broadcast has.</summary>
public sealed record QualityResource(
    [property: JsonConverter(typeof(QualityLevelConverter))] QualityLevel Level, string? Reason);

/// <summary>A rendition on offer, in the size at which it is shown. Bit rates in bit/s, as measured.</summary>
public sealed record RenditionResource(
    string Name,
    string Kind,
    string Codec,
    int? Width,
    int? Height,
    double? FrameRate,
    int PeakBitRate,
    int AverageBitRate);

/// <summary>
/// What the publisher sends, in the size at which it is coded. Bit rate in bit/s, key frame interval in seconds. Advice is
/// what had better be changed in the encoder, in sentences.
/// </summary>
public sealed record IngestResource(
    string State,
    DateTimeOffset ConnectedAt,
    long BitRate,
    double FrameRate,
    int? Width,
    int? Height,
    string? VideoCodec,
    string? AudioCodec,
    double? KeyFrameInterval,
    string? Encoder,
    IReadOnlyList<string> Advice);

/// <summary>
/// What the transcoder is doing; for a channel that is offline only where it could do nothing. With the admin token the message says
/// what is wrong in full, without it in general.
/// </summary>
public sealed record TranscoderResource(
    [property: JsonConverter(typeof(TranscoderStateConverter))] TranscoderState State, string? Message, int Restarts);

/// <summary>Why a publisher of the channel was refused or cut off, and when: the newest one, null when nothing is wrong.</summary>
public sealed record RefusalResource(string Reason, DateTimeOffset At);

/// <summary>A channel as its operator gets it. The key is there only when it was just made.</summary>
public sealed record ChannelAccess(string Slug, string Title, string? StreamKey, string RtmpUrl);

/// <summary>What can be said about a channel when it is made or changed.</summary>
/// <param name="Title">Its name for people, 1–140 characters; null keeps what is there.</param>
public sealed record ChannelRequest(string? Title);

/// <summary>
/// A broadcast that was kept, with the addresses of its multivariant playlist, its MPD, its page and a picture of it,
/// null where there is nothing to see. The duration is without the time in which its broadcaster was away. The state is
/// <c>available</c>, <c>missing</c> while its media is not in storage, or <c>elsewhere</c> where another node's storage has it: then it
/// cannot be played here. <c>MissingSegments</c> could not be stored and are gaps.
/// </summary>
public sealed record RecordingResource(
    string Id,
    string State,
    DateTimeOffset StartedAt,
    DateTimeOffset EndedAt,
    double DurationSeconds,
    long SizeBytes,
    int MissingSegments,
    string Hls,
    string Dash,
    string WatchUrl,
    string? Thumbnail);

/// <summary>
/// A folder of media in storage that no broadcast is known of. <c>KeptForSeconds</c> is the time after which the node deletes it, if
/// it runs.
/// </summary>
public sealed record OrphanResource(string Name, long SizeBytes, DateTimeOffset SeenAt, long KeptForSeconds);

/// <summary>
/// How the storage differs from the journal of recordings: objects that it does not know, and objects that it has and that are not there.
/// </summary>
public sealed record StorageComparisonResource(ObjectsResource Unknown, ObjectsResource Missing);

/// <summary>Objects: how many, their bytes, and the first thousand of them.</summary>
public sealed record ObjectsResource(long Count, long SizeBytes, IReadOnlyList<ObjectResource> First);

/// <summary>An object in storage, by its whole name.</summary>
public sealed record ObjectResource(string Name, long SizeBytes);

/// <summary>
/// Where media is: <c>disk</c>, <c>memory</c>, or the bucket. Bytes are null where nobody counts them. What waits on disk for the bucket is
/// the spill, null without.
/// </summary>
public sealed record StorageResource(string Kind, string? Bucket, long? UsedBytes, long? MaxBytes, SpillResource? Spill);

/// <summary>
/// What waits on the node's disk for its bucket. The state is <c>idle</c> when nothing does, <c>away</c> while the bucket takes nothing,
/// <c>catching-up</c> else. Refused are files that the bucket has with other bytes; they stay on disk. The last error is the bucket's
/// newest, also when it is over.
/// </summary>
public sealed record SpillResource(
    string State,
    int Files,
    long Bytes,
    long UsedBytes,
    long MaxBytes,
    DateTimeOffset? Since,
    int Refused,
    string? LastError,
    DateTimeOffset? LastErrorAt);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(IReadOnlyList<ChannelSummary>))]
[JsonSerializable(typeof(ChannelDetail))]
[JsonSerializable(typeof(IReadOnlyList<RecordingResource>))]
[JsonSerializable(typeof(IReadOnlyList<OrphanResource>))]
[JsonSerializable(typeof(StorageComparisonResource))]
[JsonSerializable(typeof(StorageResource))]
[JsonSerializable(typeof(ChannelAccess))]
[JsonSerializable(typeof(ChannelRequest))]
[JsonSerializable(typeof(ClusterResource))]
[JsonSerializable(typeof(Microsoft.AspNetCore.Mvc.ProblemDetails))]
[JsonSerializable(typeof(HttpValidationProblemDetails))]
internal sealed partial class ApiJson : JsonSerializerContext;

internal sealed class QualityLevelConverter()
    : JsonStringEnumConverter<QualityLevel>(System.Text.Json.JsonNamingPolicy.KebabCaseLower);

internal sealed class TranscoderStateConverter()
    : JsonStringEnumConverter<TranscoderState>(System.Text.Json.JsonNamingPolicy.KebabCaseLower);
