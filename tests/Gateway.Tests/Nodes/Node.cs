using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Streaming.Cluster.Broadcasts;
using Streaming.Gateway.Api;
using Streaming.Gateway.Ingest;

namespace Streaming.Gateway.Tests.Nodes;

/// <summary>
/// A whole node in this process, on free ports of the loopback and a data folder of its own, so that any number can run
/// beside each other. Segments of 1 s in the smallest window, and one rung, unless told otherwise.
/// </summary>
internal sealed class Node : IAsyncDisposable
{
    public const string AdminToken = "an-admin-token-for-tests";

    private readonly WebApplication _app;
    private readonly bool _ownsData;
    private bool _isStopped;

    private Node(WebApplication app, string dataPath, bool ownsData)
    {
        _app = app;
        _ownsData = ownsData;
        DataPath = dataPath;
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        RtmpPort = app.Services.GetRequiredService<RtmpListener>().Port;
        Viewer = new HttpClient { BaseAddress = Address };
        Admin = new HttpClient { BaseAddress = Address };
        Admin.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", AdminToken);
    }

    /// <summary>Where viewers and the API are served.</summary>
    public Uri Address { get; }

    public int RtmpPort { get; }

    public string DataPath { get; }

    /// <summary>Somebody without a token.</summary>
    public HttpClient Viewer { get; }

    /// <summary>The operator.</summary>
    public HttpClient Admin { get; }

    /// <summary>What the node is put together from.</summary>
    public IServiceProvider Services => _app.Services;

    /// <summary>The newest broadcast of a channel, as the node holds it.</summary>
    public Broadcast Broadcast(string slug) => _app.Services.GetRequiredService<LiveChannels>().Find(slug)!.Newest!;

    /// <param name="settings">
    /// Settings below <c>Streaming</c>, such as <c>Ladder:Enabled=false</c>; they win. What begins with <c>--</c> is an argument as it is.
    /// </param>
    public static Task<Node> StartAsync(params string[] settings) =>
        StartWithAsync(static _ => { }, settings);

    /// <summary>Starts with parts of the test's own beside or in place of the node's.</summary>
    public static Task<Node> StartWithAsync(Action<IServiceCollection> add, params string[] settings) =>
        StartAsync(Directory.CreateTempSubdirectory("streaming-node-").FullName, ownsData: true, add, settings);

    /// <summary>Starts on a data folder that was there before and stays.</summary>
    public static Task<Node> StartOnAsync(string dataPath, params string[] settings) =>
        StartAsync(dataPath, ownsData: false, static _ => { }, settings);

    /// <summary>Makes a channel, named for nothing unless it matters.</summary>
    public async Task<TestChannel> CreateChannelAsync(string? slug = null)
    {
        slug ??= "c" + Guid.NewGuid().ToString("N")[..12];
        using var response = await Admin.PutAsync($"/api/channels/{slug}", null);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        var access = await response.Content.ReadFromJsonAsync<ChannelAccess>();
        return new TestChannel(this, slug, access!.StreamKey!);
    }

    /// <summary>A socket to the RTMP port.</summary>
    public async Task<NetworkStream> ConnectRtmpAsync()
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, RtmpPort);
        return new NetworkStream(socket, ownsSocket: true);
    }

    /// <summary>Stops as the program does when it is told to.</summary>
    public async Task StopAsync()
    {
        if (!_isStopped)
        {
            _isStopped = true;
            await _app.StopAsync();
            await _app.DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        Viewer.Dispose();
        Admin.Dispose();
        await StopAsync();
        if (_ownsData)
        {
            Directory.Delete(DataPath, recursive: true);
        }
    }

    public static string ArgumentOf(string setting) =>
        setting.StartsWith("--", StringComparison.Ordinal) ? setting : $"--Streaming:{setting}";

    private static async Task<Node> StartAsync(string dataPath, bool ownsData, Action<IServiceCollection> add, string[] settings)
    {
        string[] all =
        [
            "Http:Port=0", "Http:Address=127.0.0.1", "Rtmp:Port=0", "Rtmp:Address=127.0.0.1",
            $"Data:Path={dataPath}", $"Admin:Token={AdminToken}",
            "Segments:Target=00:00:01", "Segments:Window=00:00:06",
            "Ladder:Rungs:0:Name=240p", "Ladder:Rungs:0:Height=240", "Ladder:Rungs:0:BitRate=300000",
            .. settings,
        ];
        var app = GatewayHost.Build([.. all.Select(ArgumentOf), "--Logging:LogLevel:Default=None"], add);
        await app.StartAsync();
        return new Node(app, dataPath, ownsData);
    }
}
