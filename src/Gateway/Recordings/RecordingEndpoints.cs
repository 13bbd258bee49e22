using Microsoft.AspNetCore.Http.HttpResults;
using Streaming.Cluster.Channels;
using Streaming.Cluster.Recordings;
using Streaming.Gateway.Access;
using Streaming.Gateway.Api;

namespace Streaming.Gateway.Recordings;

/// <summary>A channel's recordings in the API: list, delete.</summary>
internal static class RecordingEndpoints
{
    public static void MapRecordings(this IEndpointRouteBuilder routes)
    {
        var recordings = routes.MapGroup("/api/channels/{slug}/recordings").WithTags("Recordings");
        recordings.MapGet("", List).WithName("ListRecordings");
        recordings.MapDelete("/{id}", DeleteAsync).WithName("DeleteRecording").AddEndpointFilter<AdminOnly>();
    }

    private static Results<Ok<IReadOnlyList<RecordingResource>>, ProblemHttpResult> List(
        string slug, ChannelDirectory directory, RecordingLibrary recordings) =>
        directory.Find(slug) is null
            ? ChannelEndpoints.NoChannel()
            : TypedResults.Ok<IReadOnlyList<RecordingResource>>([.. recordings.Of(slug).Select(found => Resource(found, recordings.IsElsewhere(found)))]);

    private static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(
        string slug, string id, RecordingLibrary recordings) =>
        recordings.Find(id)?.Channel == slug && await recordings.DeleteAsync(id, CancellationToken.None)
            ? TypedResults.NoContent()
            : TypedResults.Problem(
                title: "The channel has no such recording.",
                detail: "GET /api/channels/<channel>/recordings lists those that there are. A broadcast is one when it has ended.",
                statusCode: StatusCodes.Status404NotFound);

    private static RecordingResource Resource(Recording recording, bool isElsewhere) => new(
        recording.Id,
        isElsewhere ? "elsewhere" : recording.IsMissing ? "missing" : "available",
        recording.StartedAt,
        recording.EndedAt,
        Math.Round(recording.Duration.TotalSeconds, 3),
        recording.SizeBytes,
        recording.MissingSegments,
        $"/vod/{recording.Id}/index.m3u8",
        $"/vod/{recording.Id}/manifest.mpd",
        $"/recordings/{recording.Channel}/{recording.Id}",
        recording is { HasVideo: true, IsMissing: false } ? $"/vod/{recording.Id}/thumbnail.jpg" : null);
}
