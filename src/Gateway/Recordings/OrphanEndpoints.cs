using Microsoft.AspNetCore.Http.HttpResults;
using Streaming.Cluster.Recordings;
using Streaming.Gateway.Access;
using Streaming.Gateway.Api;

namespace Streaming.Gateway.Recordings;

/// <summary>Media in storage that no broadcast is known of, for the operator: list, delete.</summary>
internal static class OrphanEndpoints
{
    public static void MapOrphans(this IEndpointRouteBuilder routes)
    {
        var orphans = routes.MapGroup("/api/orphans").WithTags("Orphans").AddEndpointFilter<AdminOnly>();
        orphans.MapGet("", ListAsync).WithName("ListOrphans");
        orphans.MapDelete("/{name}", DeleteAsync).WithName("DeleteOrphan");
    }

    private static async Task<Ok<IReadOnlyList<OrphanResource>>> ListAsync(RecordingLibrary recordings, HttpContext context)
    {
        var listed = new List<OrphanResource>();
        foreach (var orphan in recordings.Orphans)
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

    private static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(string name, RecordingLibrary recordings) =>
        await recordings.DeleteOrphanAsync(name, "the operator wanted it", CancellationToken.None)
            ? TypedResults.NoContent()
            : TypedResults.Problem(
                title: "There is no such orphan.",
                detail: "GET /api/orphans lists those that were seen; the node looks every "
                    + $"{RecordingLibrary.RetentionInterval.TotalSeconds:0} s.",
                statusCode: StatusCodes.Status404NotFound);
}
