using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Streaming.Cluster.Channels;
using Streaming.Cluster.Broadcasts;
using Streaming.Cluster.Edge;
using Streaming.Cluster.Broadcasts.Rungs;
using Streaming.Cluster.Broadcasts.Source;
using Streaming.Cluster.Removal;
using Streaming.Cluster.Transcoding;
using Streaming.Gateway.Access;
using Streaming.Gateway.Ingest;
using Streaming.Gateway.Playback;
using Streaming.Pipeline.Media;
using Streaming.Pipeline.Timelines;

namespace Streaming.Gateway.Api;

/// <summary>The channels of the contract: list, show, make, change the key, delete.</summary>
internal static class ChannelEndpoints
{
    /// <summary>Bytes of the largest request body.</summary>
    private const int BodyMax = 16 * 1024;

    public static void MapChannels(this IEndpointRouteBuilder routes)
    {
        var channels = routes.MapGroup("/api/channels").WithTags("Channels");
        channels.MapGet("", (ChannelList list) => TypedResults.Bytes(list.Json(), "application/json; charset=utf-8"))
            .WithName("ListChannels").Produces<IReadOnlyList<ChannelSummary>>();
        channels.MapGet("/{slug}", Show).WithName("ShowChannel");
        channels.MapPut("/{slug}", PutAsync).WithName("PutChannel").AddEndpointFilter<AdminOnly>()
            // Any type leads here, and none: PutAsync says in a sentence what it does not take.
            .Accepts<ChannelRequest>(isOptional: true, "application/json", "*/*");
        channels.MapPost("/{slug}/stream-key", RotateStreamKeyAsync).WithName("RotateStreamKey")
            .AddEndpointFilter<AdminOnly>();
        channels.MapDelete("/{slug}", DeleteAsync).WithName("DeleteChannel").AddEndpointFilter<AdminOnly>();
    }

    private static Results<Ok<ChannelDetail>, ProblemHttpResult> Show(
        string slug, ChannelDirectory directory, EdgeBroadcasts live, Viewers viewers, TranscoderProbe transcoder, OperatorSight sight,
        HttpContext context)
    {
        if (directory.Find(slug) is not { } channel)
        {
            return NoChannel();
        }

        var status = live.StatusOf(slug);
        var what = Transcoder(status.Transcoder, transcoder.Answer?.Problem, sight.IsOperator(context));
        return TypedResults.Ok(Detail(channel, status, viewers, what));
    }

    private static async Task<Results<Ok<ChannelAccess>, Created<ChannelAccess>, ProblemHttpResult>> PutAsync(
        string slug, HttpRequest request, ChannelRegistry registry, ChannelRemoval removal, RtmpListener rtmp)
    {
        if (!Channel.IsSlug(slug))
        {
            return Bad("This cannot name a channel.", "A name has 1 to 63 characters of a–z, 0–9 and inner hyphens.");
        }

        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = BodyMax;
        }

        string? title;
        try
        {
            title = request.HttpContext.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false }
                ? null
                : (await request.ReadFromJsonAsync(
                    ApiJson.Default.ChannelRequest, request.HttpContext.RequestAborted))?.Title;
        }
        catch (BadHttpRequestException e) when (e.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return TypedResults.Problem(
                title: "The request is too large.",
                detail: $"A channel takes at most {BodyMax:N0} bytes.",
                statusCode: e.StatusCode);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return Bad("The request is no JSON that names a channel.", "Send {\"title\": \"My channel\"} or nothing.");
        }

        title = title?.Trim();
        if (title is { Length: 0 or > Channel.TitleLengthMax })
        {
            return Bad("The title does not fit.", $"A title has 1 to {Channel.TitleLengthMax} characters.");
        }

        var (channel, key) = await removal.FinishAsync(slug) ? await registry.PutAsync(slug, title) : default;
        if (channel is null)
        {
            return TypedResults.Problem(
                title: $"A channel '{slug}' was deleted, and its recordings could not be yet.",
                detail: "Try again in a moment; the server's log and /health/ready say what is wrong with its storage.",
                statusCode: StatusCodes.Status503ServiceUnavailable);
        }

        var access = new ChannelAccess(channel.Slug, channel.Title, key, RtmpUrl(request, rtmp));
        return key is null ? TypedResults.Ok(access) : TypedResults.Created($"/api/channels/{slug}", access);
    }

    private static async Task<Results<Ok<ChannelAccess>, ProblemHttpResult>> RotateStreamKeyAsync(
        string slug, HttpRequest request, ChannelDirectory directory, ChannelRegistry registry, LiveChannels live, RtmpListener rtmp)
    {
        if (await registry.ChangeStreamKeyAsync(slug) is not { } key || directory.Find(slug) is not { } channel)
        {
            return NoChannel();
        }

        live.RevokePublisher(slug, ChannelDirectory.Hash(key));
        return TypedResults.Ok(new ChannelAccess(channel.Slug, channel.Title, key, RtmpUrl(request, rtmp)));
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(
        string slug, ChannelRemoval removal) =>
        await removal.RemoveAsync(slug) ? TypedResults.NoContent() : NoChannel();

    internal static ChannelSummary Summary(
        Channel channel, ChannelStatus status, Viewers viewers, int recordings) => new(
        channel.Slug,
        channel.Title,
        IsPlayable(status),
        status.StartedAt,
        viewers.Of(channel.Slug),
        Quality(status),
        recordings);

    private static ChannelDetail Detail(Channel channel, ChannelStatus status, Viewers viewers, TranscoderResource? transcoder) => new(
        channel.Slug,
        channel.Title,
        IsPlayable(status),
        status.Broadcast?.Id ?? status.Elsewhere?.BroadcastId,
        status.StartedAt,
        viewers.Of(channel.Slug),
        Quality(status),
        [.. (status.Broadcast?.Snapshot?.Renditions ?? []).Where(rendition => rendition.IsOffered).Select(Rendition)],
        status.Ingest is { } ingest ? Ingest(ingest) : null,
        transcoder,
        status.Refusal is { } refusal ? new(refusal.Reason, refusal.At) : null);

    /// <summary>
    /// What it is doing; without a broadcast, why it could do nothing. Where things are on the node, the operator alone is told.
    /// </summary>
    private static TranscoderResource? Transcoder(TranscoderStatus? status, string? problem, bool isForOperator)
    {
        if (status is null && problem is not null)
        {
            status = new(TranscoderState.Unavailable, TranscoderStatus.CannotBeUsed, problem, Restarts: 0);
        }

        return status is null
            ? null
            : new(status.State, (isForOperator ? status.Cause : null) ?? status.Message, status.Restarts);
    }

    /// <summary>A player that comes now finds something to play.</summary>
    private static bool IsPlayable(ChannelStatus status) =>
        status.Elsewhere?.IsPlayable ?? (status.Broadcast?.Snapshot is { } snapshot && Offering.Of(snapshot).IsReady);

    private static QualityResource? Quality(ChannelStatus status) =>
        status.Quality is { } quality ? new(quality.Level, quality.Reason) : null;

    private static RenditionResource Rendition(RenditionSnapshot rendition)
    {
        var video = rendition.Configuration as VideoConfiguration;
        return new(
            rendition.Name,
            video is null ? "audio" : "video",
            rendition.Configuration.Codec,
            video?.ShownWidth,
            video?.Height,
            video is null ? null : rendition.FrameRate,
            rendition.PeakBitRate,
            rendition.AverageBitRate);
    }

    private static IngestResource Ingest(IngestStatus ingest) => new(
        ingest.IsConnected ? "live" : "interrupted",
        ingest.ConnectedAt,
        ingest.BitRate,
        ingest.FrameRate,
        ingest.Width,
        ingest.Height,
        ingest.VideoCodec,
        ingest.AudioCodec,
        ingest.KeyFrameInterval?.TotalSeconds,
        ingest.Encoder,
        ingest.Advice);

    private static string RtmpUrl(HttpRequest request, RtmpListener rtmp) =>
        $"rtmp://{request.Host.Host}:{rtmp.Port}/{LiveChannels.App}";

    /// <summary>Does not repeat what was asked for: it may be a stream key in the wrong place.</summary>
    internal static ProblemHttpResult NoChannel() => TypedResults.Problem(
        title: "There is no such channel.",
        detail: "GET /api/channels lists those that there are.",
        statusCode: StatusCodes.Status404NotFound);

    private static ProblemHttpResult Bad(string title, string detail) =>
        TypedResults.Problem(title: title, detail: detail, statusCode: StatusCodes.Status400BadRequest);
}
