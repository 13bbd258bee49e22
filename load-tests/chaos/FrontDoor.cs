using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Streaming.Chaos;

/// <summary>A reverse proxy before the gateways, for a browser: one address, whatever node answers.</summary>
internal sealed class FrontDoor : IAsyncDisposable
{
    private static readonly string[] PassedOn = ["Content-Type", "Cache-Control", "ETag"];

    private readonly WebApplication _app;

    private FrontDoor(WebApplication app) => _app = app;

    public Uri Address { get; private set; } = null!;

    public static async Task<FrontDoor> OpenAsync(HttpClient gateways)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Run(context => PassAsync(context, gateways));
        await app.StartAsync();
        return new(app)
        {
            Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()),
        };
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }

    private static async Task PassAsync(HttpContext context, HttpClient gateways)
    {
        using var request = new HttpRequestMessage(
            new HttpMethod(context.Request.Method), context.Request.Path.ToString() + context.Request.QueryString);
        try
        {
            using var response = await gateways.SendAsync(request, context.RequestAborted);
            context.Response.StatusCode = (int)response.StatusCode;
            foreach (var (name, values) in response.Headers.Concat(response.Content.Headers).Where(static header => PassedOn.Contains(header.Key)))
            {
                context.Response.Headers[name] = string.Join(", ", values);
            }

            await response.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
        }
        catch (OperationCanceledException)
        {
            context.Abort();
        }
    }
}
