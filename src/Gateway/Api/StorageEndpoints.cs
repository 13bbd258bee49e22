using Microsoft.AspNetCore.Http.HttpResults;
using Streaming.Gateway.Access;
using Streaming.Gateway.Configuration;
using Streaming.Pipeline.Storage;
using Streaming.Pipeline.Storage.Spill;

namespace Streaming.Gateway.Api;

/// <summary>Where the node keeps its media and how that does, for the operator.</summary>
internal static class StorageEndpoints
{
    public static void MapStorage(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/storage", Show).WithName("ShowStorage").WithTags("Storage").AddEndpointFilter<AdminOnly>();

    private static Ok<StorageResource> Show(StreamingOptions options, IMediaStorage storage, IServiceProvider services) =>
        TypedResults.Ok(new StorageResource(
            options.Storage.Kind,
            options.Storage.Kind == StorageOptions.Gcs ? options.Storage.Bucket : null,
            storage.UsedBytes,
            options.Storage.LimitBytes,
            services.GetService<SpillingStorage>() is { } spill ? Resource(spill.Status) : null));

    private static SpillResource Resource(SpillStatus status) => new(
        status switch
        {
            { IsAway: true } => "away",
            { Objects: > 0 } => "catching-up",
            _ => "idle",
        },
        status.Objects,
        status.Bytes,
        status.UsedBytes,
        status.MaxBytes,
        status.Since,
        status.Refused,
        status.LastError,
        status.LastErrorAt);
}
