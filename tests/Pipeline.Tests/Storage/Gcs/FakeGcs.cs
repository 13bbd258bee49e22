using System.Collections.Concurrent;
using System.Globalization;
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
/// One bucket of Google Cloud Storage behind its JSON API, as far as it is documented and used here, on the loopback. Goes wrong as it is
/// told to: a fault is of the next request of its kind.
/// </summary>
internal sealed partial class FakeGcs : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Lock _changing = new();
    private readonly Dictionary<string, FakeObject> _objects = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, FakeUpload> _uploads = new();
    private readonly List<FakeFault> _faults = [];
    private readonly ConcurrentQueue<(FakeRequest Kind, string Name)> _requests = new();
    private long _generations = 1_700_000_000_000_000;

    private FakeGcs(WebApplication app)
    {
        _app = app;
        Map();
        MapTokens();
    }

    /// <summary>The only bucket that there is.</summary>
    public string Bucket { get; init; } = "media-of-tests";

    public Uri Address { get; private set; } = null!;

    /// <summary>Objects on a page of a list.</summary>
    public int PageLength { get; set; } = 1000;

    /// <summary>Whether who sends this token may do anything; who sends none may, unless told otherwise.</summary>
    public Func<string?, bool> Authorizes { get; set; } = static _ => true;

    /// <summary>What was asked for, in order; also what went wrong.</summary>
    public IReadOnlyList<(FakeRequest Kind, string Name)> Requests => [.. _requests];

    public IReadOnlyList<FakeObject> Objects
    {
        get
        {
            lock (_changing)
            {
                return [.. _objects.Values.OrderBy(stored => stored.Name, StringComparer.Ordinal)];
            }
        }
    }

    /// <summary>Faults that have not come yet.</summary>
    public int FaultsLeft
    {
        get
        {
            lock (_changing)
            {
                return _faults.Count;
            }
        }
    }

    public static async Task<FakeGcs> StartAsync(int port = 0, IPAddress? address = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseKestrel(kestrel =>
        {
            kestrel.Listen(address ?? IPAddress.Loopback, port);
            kestrel.Limits.MaxRequestBodySize = null;
        });
        builder.WebHost.UseSetting(WebHostDefaults.SuppressStatusMessagesKey, "true");
        builder.Services.AddRouting();
        builder.Logging.ClearProviders();
        var fake = new FakeGcs(builder.Build());
        await fake._app.StartAsync();
        var addresses = fake._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        fake.Address = new Uri(addresses.Single());
        return fake;
    }

    /// <summary>Has something go wrong.</summary>
    public void Fail(params FakeFault[] faults)
    {
        lock (_changing)
        {
            _faults.AddRange(faults);
        }
    }

    /// <summary>Has all requests of a kind go wrong from now on, until it is told to stop.</summary>
    public FakeFault? Always { get; set; }

    /// <summary>Has any request go wrong as it says, where nothing else does.</summary>
    public Func<FakeRequest, FakeFault?>? Weather { get; set; }

    /// <summary>Puts an object there that nobody uploaded.</summary>
    public void Put(string name, byte[] bytes, IReadOnlyDictionary<string, string>? metadata = null)
    {
        lock (_changing)
        {
            _objects[name] = new FakeObject(name, bytes, ++_generations, Metadata: metadata);
        }
    }

    /// <summary>Somebody else deletes an object.</summary>
    public void Remove(string name)
    {
        lock (_changing)
        {
            _objects.Remove(name);
        }
    }

    public FakeObject? Find(string name)
    {
        lock (_changing)
        {
            return _objects.GetValueOrDefault(name);
        }
    }

    public int Count(FakeRequest kind) => _requests.Count(request => request.Kind == kind);

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }

    private FakeFault? Begin(FakeRequest kind, string name)
    {
        _requests.Enqueue((kind, name));
        lock (_changing)
        {
            if (_faults.Find(fault => fault.Request == kind) is { } next)
            {
                _faults.Remove(next);
                return next;
            }
        }

        return Always?.Request == kind ? Always : Weather?.Invoke(kind);
    }

    /// <summary>Does what a request wants, as the fault has it.</summary>
    private async Task AnswerAsync(HttpContext context, FakeRequest kind, string name, Func<FakeFault?, Task> answer)
    {
        var token = context.Request.Headers.Authorization.ToString() is ['B', 'e', 'a', 'r', 'e', 'r', ' ', .. var given] ? given : null;
        var fault = Begin(kind, name);
        switch (fault?.Kind)
        {
            case FakeFaultKind.Silence:
                await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                return;
            case FakeFaultKind.BreakBefore:
                context.Abort();
                return;
            case FakeFaultKind.Status:
                if (fault.RetryAfter is { } seconds)
                {
                    context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
                }

                await RefuseAsync(context, fault.Status, fault.Message, fault.Reason);
                return;
        }

        if (!Authorizes(token))
        {
            await RefuseAsync(context, 401, "Invalid Credentials", "authError");
            return;
        }

        if (context.Request.RouteValues["bucket"] as string != Bucket)
        {
            await RefuseAsync(context, 404, "The specified bucket does not exist.", "notFound");
            return;
        }

        if (fault?.Kind is FakeFaultKind.BreakAfter or FakeFaultKind.StatusAfter)
        {
            // Its answer goes nowhere.
            var body = context.Response.Body;
            context.Response.Body = Stream.Null;
            await answer(fault);
            if (fault.Kind == FakeFaultKind.BreakAfter)
            {
                context.Abort();
                return;
            }

            context.Response.Clear();
            context.Response.Body = body;
            await RefuseAsync(context, fault.Status, fault.Message, fault.Reason);
            return;
        }

        await answer(fault);
    }

    private static Task RefuseAsync(HttpContext context, int status, string message, string reason)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(new
        {
            error = new { code = status, message, errors = new[] { new { message, domain = "global", reason } } },
        });
    }
}
