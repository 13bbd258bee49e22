using System.Net;
using System.Net.Sockets;
using Streaming.Gateway.Tests.Nodes;

namespace Streaming.Gateway.Tests.Connections;

/// <summary>A node whose process may open few files, as strangers take all that they can get.</summary>
public sealed class FewFilesTests
{
    private const int Strangers = 400;

    [Fact]
    public async Task Connections_BeyondTheFiles_AreRefusedAndOldOnesGoOn()
    {
        await using var node = NodeProcess.StartWithin("ulimit -n 440");
        var (key, _) = await node.CreateChannelAsync("few");
        var (address, rtmpPort) = (await node.AddressAsync(), await node.RtmpPortAsync());
        await using var publisher = Publisher.Start(await Sources.AudioAndVideo, $"rtmp://127.0.0.1:{rtmpPort}/live/{key}");
        using var viewer = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 1 })
        {
            BaseAddress = address,
        };
        var playlist = await PlaylistAsync(viewer);

        foreach (var (port, request) in new[] { (address.Port, "GET /health/live HTTP/1.1\r\nHost: node\r\n\r\n"), (rtmpPort, "") })
        {
            var before = await NewestAsync(viewer, playlist);
            var strangers = await ConnectAsync(port, request);
            await Eventually.HoldsAsync("most strangers are refused", () => Task.FromResult(strangers.Count(IsClosed) > Strangers / 2));
            Assert.False(strangers.TrueForAll(IsClosed), "none was taken");

            await Eventually.HoldsAsync("the broadcast goes on", async () => await NewestAsync(viewer, playlist) != before);
            strangers.ForEach(stranger => stranger.Dispose());
        }

        await Eventually.HoldsAsync("others are served again", async () =>
        {
            try
            {
                using var other = new HttpClient { BaseAddress = address };
                return (await other.GetAsync("/health/live")).StatusCode == HttpStatusCode.OK;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        });
        Assert.Contains(node.Output, line => line.Contains("ulimit -n", StringComparison.Ordinal));
        Assert.Equal(0, await node.StopAsync());
    }

    private static async Task<string> PlaylistAsync(HttpClient viewer)
    {
        var variant = "";
        await Eventually.HoldsAsync("it is live", async () =>
        {
            using var answer = await viewer.GetAsync("/live/few/index.m3u8");
            variant = (await answer.Content.ReadAsStringAsync()).Split('\n').LastOrDefault(line => line is not ['#', ..] and not "", "");
            return answer.IsSuccessStatusCode;
        });
        var playlist = $"/live/few/{variant}";
        await Eventually.HoldsAsync(
            "it has segments", async () => (await viewer.GetStringAsync(playlist)).Contains("#EXTINF", StringComparison.Ordinal));
        return playlist;
    }

    private static async Task<string> NewestAsync(HttpClient viewer, string playlist) =>
        (await viewer.GetStringAsync(playlist)).Split('\n').Last(line => line.EndsWith(".m4s", StringComparison.Ordinal));

    private static async Task<List<Socket>> ConnectAsync(int port, string request)
    {
        var sockets = new List<Socket>();
        for (var index = 0; index < Strangers; index++)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            sockets.Add(socket);
            await socket.ConnectAsync(IPAddress.Loopback, port);
            try
            {
                await socket.SendAsync(System.Text.Encoding.ASCII.GetBytes(request));
            }
            catch (SocketException)
            {
                // Refused already.
            }
        }

        return sockets;
    }

    /// <summary>The other end has ended it. What it said before is left where it is.</summary>
    private static bool IsClosed(Socket socket)
    {
        try
        {
            return socket.Poll(0, SelectMode.SelectRead) && socket.Available == 0;
        }
        catch (SocketException)
        {
            return true;
        }
    }
}
