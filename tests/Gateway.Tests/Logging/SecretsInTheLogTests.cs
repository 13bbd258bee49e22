using System.Diagnostics;
using Streaming.Gateway.Tests.Nodes;
using Streaming.Pipeline.Tests.Timelines;

namespace Streaming.Gateway.Tests.Logging;

/// <summary>The whole log of the program, while keys and tokens are put everywhere.</summary>
public sealed class SecretsInTheLogTests
{
    [Fact]
    public async Task Log_OfKeysAndTokensInEveryPlace_HoldsNoneOfThem()
    {
        await using var node = NodeProcess.Start(null);
        var (key, token) = await node.CreateChannelAsync("secret");
        var address = await node.AddressAsync();

        foreach (var (app, tcUrl, name, isIn) in ((string, string, string, bool)[])
        [
            ("live", "rtmp://h/live", key, true),
            ("LIVE/", "rtmp://h/live", $"live/{key}?a=b", true),
            ("", "rtmp://h/", key, false),
            (key, "rtmp://h/live", "live", false),
            ("live?key=" + key, "rtmp://h/" + key, "x", false),
            ("live", "rtmp://h/live", "?key=" + key, false),
            ("live", "rtmp://h/live", key + "x\u001b[2J\r\n" + key, false),
        ])
        {
            await using var publisher = await node.ConnectRtmpAsync();
            await publisher.HandshakeAsync();
            await publisher.ConnectAsync(app, tcUrl);
            await publisher.CallAsync("x" + key, 3, 0, amf => amf.WriteNull());
            await publisher.PublishAsync(name);
            var status = await publisher.ReadStatusAsync("NetStream.Publish.");
            Assert.Equal(isIn, status.Text.Contains("NetStream.Publish.Start", StringComparison.Ordinal));
            Assert.DoesNotContain(key, status.Text, StringComparison.Ordinal);
        }

        foreach (var path in (string[])["/live/SECRET/index.m3u8", "/api/channels/SECRET", "/SECRET", "/vod/SECRET/x?token=SECRET"])
        {
            foreach (var secret in (string[])[key, token])
            {
                var answer = await RawRequest.AskAsync(
                    address,
                    $"GET {path.Replace("SECRET", secret, StringComparison.Ordinal)} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                    + $"Authorization: Bearer {secret}\r\nReferer: http://x/{secret}\r\n\r\n");
                Assert.DoesNotContain(secret, answer, StringComparison.Ordinal);
            }
        }

        Assert.Equal(0, await node.StopAsync());
        var place = Path.Combine(node.DataPath, "admin-token");
        Assert.Contains(node.Output, line => line.EndsWith("The admin token is in " + place, StringComparison.Ordinal));
        Assert.Contains(node.Output, line => line.Contains("was refused: ", StringComparison.Ordinal));
        Assert.Contains(node.Output, line => line.Contains("publishes to ", StringComparison.Ordinal));
        Assert.All(node.Output, line => Assert.DoesNotContain(key, line, StringComparison.Ordinal));
        Assert.All(node.Output, line => Assert.DoesNotContain(token, line, StringComparison.Ordinal));
        Assert.All(node.Output, line => Assert.DoesNotContain('\u001b', line));
    }

    [Fact]
    public async Task DemoPush_WhilePublishing_ShowsItsKeyInNoListOfProcesses()
    {
        await using var node = await Node.StartAsync("Ladder:Enabled=false");
        var channel = await node.CreateChannelAsync();
        var start = new ProcessStartInfo(
            Path.Combine(Repository.Root, "scripts", "demo-push.sh"), [$"rtmp://127.0.0.1:{node.RtmpPort}/live"]);
        start.Environment["STREAM_KEY"] = channel.StreamKey;
        using var push = Process.Start(start)!;
        try
        {
            await channel.LiveAsync("source", "audio");
            var command = await File.ReadAllTextAsync($"/proc/{push.Id}/cmdline");
            Assert.Contains("ffmpeg", command, StringComparison.Ordinal);
            Assert.DoesNotContain(channel.StreamKey, command, StringComparison.Ordinal);
        }
        finally
        {
            push.Kill();
            await push.WaitForExitAsync();
        }
    }
}
