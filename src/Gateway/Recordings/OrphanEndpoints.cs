using Microsoft.AspNetCore.Http.HttpResults;
using Streaming.Cluster.Recordings;
using Streaming.Gateway.Access;
using Streaming.Gateway.Api;

namespace Streaming.Gateway.Recordings;

/// <summary>Media in storage that no broadcast is known of, for the operator: list, compare, delete.</summary>
internal static class OrphanEndpoints
{
    public static void MapOrphans(this IEndpointRouteBuilder routes)
    {
        var orphans = routes.MapGroup("/api/orphans").WithTags("Orphans").AddEndpointFilter<AdminOnly>();
        orphans.MapGet("", ListAsync).WithName("ListOrphans");
        orphans.MapGet("/objects", CompareAsync).WithName("CompareStorage");
        orphans.MapDelete("/{name}", DeleteAsync).WithName("DeleteOrphan");
    }

    private static async Task<Ok<IReadOnlyList<OrphanResource>>> ListAsync(RecordingLibrary recordings, HttpContext context)
    {
        var listed = new List<OrphanResource>();
        foreach (var orphan in await recordings.OrphansAsync())
        {
            var left = recordings.Quarantine - orphan.SeenFor;
            listed.Add(new(
                orphan.Folder,
                await recordings.MeasureAsync(orphan, context.RequestAborted),
                orphan.SeenAt,
                Math.Max(0, (long)left.TotalSeconds)));
        }

        return TypedResults.Ok<IReadOnlyList<OrphanResource>>(listed);
    }

    private static async Task<Results<Ok<StorageComparisonResource>, ProblemHttpResult>> CompareAsync(
        RecordingLibrary recordings, HttpContext context) =>
        await recordings.CompareAsync(context.RequestAborted) is { } comparison
            ? TypedResults.Ok(new StorageComparisonResource(Resource(comparison.Unknown), Resource(comparison.Missing)))
            : TypedResults.Problem(
                title: "The storage is being compared already.",
                detail: "It is listed object by object, which takes a while; please try again.",
                statusCode: StatusCodes.Status409Conflict);

    private static ObjectsResource Resource(ObjectTally objects) => new(
        objects.Count, objects.SizeBytes, [.. objects.First.Select(static found => new ObjectResource(found.Name, found.Length))]);

    private static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(string name, RecordingLibrary recordings) =>
        await recordings.DeleteOrphanAsync(name, "the operator wanted it", CancellationToken.None)
            ? TypedResults.NoContent()
            : TypedResults.Problem(
                title: "There is no such orphan.",
                detail: "GET /api/orphans lists those that were seen; the node looks every "
                    + $"{RecordingLibrary.RetentionInterval.TotalSeconds:0} s.",
                statusCode: StatusCodes.Status404NotFound);
}
