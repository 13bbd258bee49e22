using Streaming.Pipeline.Rtmp;

namespace Streaming.Pipeline.Tests.Rtmp;

/// <summary>What a connection leaves in the log, and what it is told, when the stream key is in the wrong place or is no key.</summary>
public sealed class RtmpLogTests
{
    private const string Key = "kQ3-vX9_aaPz7Lw2Bf5hTn8RmYc1Ds4E";

    [Theory]
    [InlineData("live", "rtmp://h/live", Key)]
    [InlineData(Key, "rtmp://h/live", "live")]
    [InlineData("live/" + Key, "rtmp://h/live", "x")]
    [InlineData("live?key=" + Key, "rtmp://h/live", "x")]
    [InlineData("", "rtmp://h/" + Key, "x")]
    [InlineData("", "rtmp://h/" + Key + "/live", null)]
    [InlineData("live", "rtmp://h/live", "?key=" + Key)]
    [InlineData("live", "rtmp://h/live", "x\u001b[31m" + Key + "\u202e\r\nlies")]
    public async Task Publish_Refused_IsOneLineWithoutAnythingThatWasSaid(string app, string tcUrl, string? name)
    {
        var log = new CapturedLog();
        await using var server = RtmpServer.Start(
            authorizer: (_, _) => ValueTask.FromResult<PublishAnswer>(new PublishAnswer.Refused("No.")), logger: log);
        await server.Publisher.HandshakeAsync();
        await server.Publisher.ConnectAsync(app, tcUrl);
        await server.Publisher.PublishAsync(name);
        var status = await server.Publisher.ReadStatusAsync("NetStream.Publish.Unauthorized");
        await server.Publisher.CloseAsync();
        await server.EndAsync();

        Assert.DoesNotContain(Key, status.Text, StringComparison.Ordinal);
        Assert.All(log.All, line => Assert.DoesNotContain(Key, line, StringComparison.Ordinal));
        Assert.Equal("test from (null) was refused: No.", Assert.Single(log.Told).Trim());
    }

    [Fact]
    public async Task Publish_Accepted_LeavesNoKeyInTheLog()
    {
        var log = new CapturedLog();
        await using (var server = RtmpServer.Start(logger: log))
        {
            await server.Publisher.HandshakeAsync();
            await server.Publisher.ConnectAsync("live");
            await server.Publisher.PublishAsync(Key);
            await server.Publisher.ReadStatusAsync("NetStream.Publish.Start");
            Assert.Equal(Key, Assert.Single(server.Requests).StreamKey);
        }

        Assert.Contains(log.Told, line => line.Contains("closed", StringComparison.Ordinal));
        Assert.All(log.All, line => Assert.DoesNotContain(Key, line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Command_UnknownAndLong_IsNeitherRepeatedNorLoggedWhole()
    {
        var name = Key + new string('\u001b', 50_000);
        var log = new CapturedLog();
        await using (var server = RtmpServer.Start(logger: log))
        {
            await server.Publisher.HandshakeAsync();
            await server.Publisher.ConnectAsync("live");
            await server.Publisher.CallAsync(name, 9, 0, amf => amf.WriteNull());
            var error = await server.Publisher.ReadCommandAsync("_error");
            Assert.True(error.Body.Length < 500);
            Assert.DoesNotContain(Key, error.Text, StringComparison.Ordinal);
        }

        Assert.All(log.All, line => Assert.DoesNotContain(Key, line, StringComparison.Ordinal));
        Assert.All(log.All, line => Assert.InRange(line.Length, 1, 200));
        Assert.All(log.All, line => Assert.DoesNotContain('\u001b', line));
    }

    [Fact]
    public async Task Connection_ThatNeverPublished_HasOneLineOfAnotherKind()
    {
        var log = new CapturedLog();
        await using (var server = RtmpServer.Start(logger: log))
        {
            await server.Publisher.WriteAsync("GET / HTTP/1.1\r\n"u8.ToArray());
            await server.EndAsync();
        }

        Assert.StartsWith(
            "test from (null) closed without publishing: ProtocolError (this is not RTMP",
            Assert.Single(log.Told),
            StringComparison.Ordinal);
    }
}
