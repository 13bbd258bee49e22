using Microsoft.AspNetCore.Http.HttpResults;
using Streaming.Cluster.Edge;
using Streaming.Cluster.Naming;
using Streaming.Cluster.Recordings;
using Streaming.Gateway.Playback;

namespace Streaming.Gateway.Pictures;

/// <summary>
/// Pictures of channels, of recordings, and of each of their segments. A segment's picture is named by its media
/// sequence number, so that it never changes and every cache on the way may keep it.
/// </summary>
internal static class ThumbnailEndpoints
{
    private const string Jpeg = "image/jpeg";
    private const string OfEdge = "public, max-age=10";

    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head];

    public static void MapThumbnails(this IEndpointRouteBuilder routes)
    {
        var pictures = routes.MapGroup("").WithTags("Pictures");
        pictures.MapMethods("/live/{slug}/thumbnail.jpg", Methods, ChannelAsync).WithName("Thumbnail");
        pictures.MapMethods("/live/{slug}/{broadcastId}/thumbnails/{mediaSequence:long}.jpg", Methods, LiveAsync)
            .WithName("SegmentThumbnail");
        pictures.MapMethods("/vod/{id}/thumbnail.jpg", Methods, RecordingAsync).WithName("RecordedThumbnail");
        pictures.MapMethods("/vod/{id}/thumbnails/{mediaSequence:long}.jpg", Methods, RecordedAsync)
            .WithName("RecordedSegmentThumbnail");
    }

    private static async Task<IResult> ChannelAsync(
        string slug, HttpContext context, EdgeBroadcasts broadcasts, Thumbnails thumbnails) =>
        broadcasts.StatusOf(slug).Broadcast is { } broadcast && PictureSource.Of(broadcast) is { } source
            ? Answer(context, await thumbnails.OfEdgeAsync(source, context.RequestAborted), OfEdge)
            : Missing(context, isGone: false);

    private static async Task<IResult> LiveAsync(
        string slug,
        string broadcastId,
        long mediaSequence,
        HttpContext context,
        EdgeBroadcasts broadcasts,
        Thumbnails thumbnails)
    {
        if (await broadcasts.FindAsync(slug, broadcastId, context.RequestAborted) is not { } broadcast
            || PictureSource.Of(broadcast) is not { } source)
        {
            return Missing(context, isGone: Ids.IsBroadcastId(broadcastId));
        }

        var picture = await thumbnails.OfSegmentAsync(
            source, mediaSequence, Thumbnails.PreviewLength, context.RequestAborted);
        return Answer(
            context,
            picture,
            MediaTypes.Immutable,
            isGone: mediaSequence >= 0 && mediaSequence < source.Range().First);
    }

    private static async Task<IResult> RecordingAsync(
        string id, HttpContext context, RecordingLibrary recordings, Thumbnails thumbnails) =>
        await PictureSource.OfAsync(recordings, id) is { } source
            ? Answer(context, await thumbnails.OfWholeAsync(source, context.RequestAborted), MediaTypes.Immutable)
            : Missing(context, isGone: false);

    private static async Task<IResult> RecordedAsync(
        string id, long mediaSequence, HttpContext context, RecordingLibrary recordings, Thumbnails thumbnails)
    {
        if (await PictureSource.OfAsync(recordings, id) is not { } source)
        {
            return Missing(context, isGone: false);
        }

        var picture = await thumbnails.OfSegmentAsync(
            source, mediaSequence, Thumbnails.PreviewLength, context.RequestAborted);
        return Answer(context, picture, MediaTypes.Immutable);
    }

    private static IResult Answer(HttpContext context, Picture picture, string cacheControl, bool isGone = false)
    {
        switch (picture.Outcome)
        {
            case PictureOutcome.Made:
                return new MediaResult(picture.Jpeg, Jpeg, cacheControl);
            case PictureOutcome.Busy:
                context.Response.Headers.CacheControl = MediaTypes.Never;
                context.Response.Headers.RetryAfter = "1";
                return TypedResults.Problem(
                    title: "No picture can be made now: too many are wanted, or the server is too busy.",
                    statusCode: StatusCodes.Status503ServiceUnavailable);
            default:
                return Missing(context, isGone);
        }
    }

    private static ProblemHttpResult Missing(HttpContext context, bool isGone)
    {
        context.Response.Headers.CacheControl = MediaTypes.Never;
        return isGone
            ? TypedResults.Problem(title: "This has left the window.", statusCode: StatusCodes.Status410Gone)
            : TypedResults.Problem(title: "There is no picture.", statusCode: StatusCodes.Status404NotFound);
    }
}
