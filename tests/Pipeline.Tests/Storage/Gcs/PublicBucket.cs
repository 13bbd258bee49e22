using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Streaming.Pipeline.Tests.Storage.Gcs;

/// <summary>
/// The objects of a fake bucket as everybody gets them who may read it, straight or through a CDN: files under their names, with the type
/// and lifetime that they were stored with, to pages of any origin. Knows nothing of media.
/// </summary>
internal sealed class PublicBucket : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<string> _asked = new();

    private PublicBucket(WebApplication app, FakeGcs bucket)
    {
        _app = app;
        app.Run(context =>
        {
            var name = context.Request.Path.Value![1..];
            _asked.Enqueue(name);
            context.Response.Headers.AccessControlAllowOrigin = "*";
            if (bucket.Find(name) is not { } stored)
            {
                context.Response.StatusCode = 404;
                return Task.CompletedTask;
            }

            context.Response.Headers.CacheControl = stored.CacheControl;
            return Results.Bytes(stored.Bytes, stored.ContentType, enableRangeProcessing: true).ExecuteAsync(context);
        });
    }

    public Uri Address { get; private set; } = null!;

    /// <summary>Names that were asked for, in order.</summary>
    public IReadOnlyList<string> Asked => [.. _asked];

    public static async Task<PublicBucket> StartAsync(FakeGcs bucket)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.WebHost.UseSetting(WebHostDefaults.SuppressStatusMessagesKey, "true");
        builder.Logging.ClearProviders();
        var server = new PublicBucket(builder.Build(), bucket);
        await server._app.StartAsync();
        var addresses = server._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        server.Address = new Uri(addresses.Single());
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }
}
