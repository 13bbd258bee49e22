using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using Streaming.Gateway.Api;

namespace Streaming.Gateway.Tests.Nodes;

/// <summary>A node in a process of its own, with a folder for temporary files of its own, so that it can be killed.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly HttpClient _http;
    private readonly int _rtmpPort;

    private ServerProcess(Process process, int httpPort, int rtmpPort)
    {
        (_process, _rtmpPort) = (process, rtmpPort);
        _http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{httpPort}") };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Node.AdminToken);
    }

    /// <param name="dataPath">Its data folder.</param>
    /// <param name="temporaryPath">Its folder for temporary files, which need not be there.</param>
    /// <param name="settings">As of <see cref="Node"/>.</param>
    public static async Task<ServerProcess> StartAsync(string dataPath, string temporaryPath, params string[] settings)
    {
        var (httpPort, rtmpPort) = (FreePort(), FreePort());
        string[] all =
        [
            $"Http:Port={httpPort}", "Http:Address=127.0.0.1", $"Rtmp:Port={rtmpPort}", "Rtmp:Address=127.0.0.1",
            $"Data:Path={dataPath}", $"Admin:Token={Node.AdminToken}", "Segments:Target=00:00:01", "Segments:Window=00:00:06",
            .. settings,
        ];
        var start = new ProcessStartInfo(
            "dotnet",
            [Path.Combine(AppContext.BaseDirectory, "Streaming.Gateway.dll"), .. all.Select(Node.ArgumentOf),
                "--Logging:LogLevel:Default=None"]);
        start.Environment["TMPDIR"] = temporaryPath;
        start.Environment["DOTNET_EnableDiagnostics"] = "0"; // Or the runtime leaves pipes of its own there.
        var server = new ServerProcess(Process.Start(start)!, httpPort, rtmpPort);
        await Eventually.HoldsAsync("the server is there", server.IsHealthyAsync, TimeSpan.FromSeconds(120));
        return server;
    }

    public int Id => _process.Id;

    /// <summary>Where a publisher with that key goes.</summary>
    public string PublishUrl(string streamKey) =>
        string.Create(CultureInfo.InvariantCulture, $"rtmp://127.0.0.1:{_rtmpPort}/live/{streamKey}");

    /// <summary>The operator's, and a viewer's too.</summary>
    public HttpClient Http => _http;

    /// <summary>Makes a channel and publishes to it.</summary>
    public async Task<Publisher> PublishAsync(string slug, string file) => Publish((await PutAsync(slug)).StreamKey!, file);

    /// <summary>Makes a channel, or finds the one that is there, without its key.</summary>
    public async Task<ChannelAccess> PutAsync(string slug)
    {
        using var response = await _http.PutAsync($"/api/channels/{slug}", null);
        return (await response.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<ChannelAccess>())!;
    }

    /// <summary>Publishes with a key.</summary>
    public Publisher Publish(string streamKey, string file) => Publisher.Start(file, PublishUrl(streamKey));

    public async Task<ChannelDetail> ShowAsync(string slug) => (await _http.GetFromJsonAsync<ChannelDetail>($"/api/channels/{slug}"))!;

    /// <summary>Ends it as kill -9 does.</summary>
    public async Task KillAsync()
    {
        await Publisher.SignalAsync("KILL", _process.Id);
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _http.Dispose();
        _process.Dispose();
    }

    private async Task<bool> IsHealthyAsync()
    {
        Assert.False(_process.HasExited, "The server has ended.");
        try
        {
            using var response = await _http.GetAsync("/health/live");
            return response.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
