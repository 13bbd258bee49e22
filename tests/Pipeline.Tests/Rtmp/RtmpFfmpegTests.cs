using System.Buffers.Binary;
using System.Diagnostics;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Streaming.Pipeline.Flv;
using Streaming.Pipeline.Rtmp;
using Streaming.Pipeline.Rtmp.Session;

namespace Streaming.Pipeline.Tests.Rtmp;

/// <summary>The judgement of a publisher that is not ours.</summary>
public sealed class RtmpFfmpegTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("rtmp").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData("0")]
    [InlineData("16777")]
    public async Task Ffmpeg_PushesFile_TagsEqualThoseOfItsFlv(string startSeconds)
    {
        var source = Path.Combine(_directory, "source.mkv");
        var flv = Path.Combine(_directory, "reference.flv");
        await FfmpegAsync("-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25", "-f", "lavfi", "-i", "sine=frequency=440",
            "-t", "3", "-c:v", "libx264", "-preset", "ultrafast", "-bf", "2", "-b:v", "3M", "-g", "25", "-c:a", "aac", source);
        string[] copy = ["-itsoffset", startSeconds, "-i", source, "-c", "copy", "-flvflags", "no_duration_filesize", "-f", "flv"];
        await FfmpegAsync([.. copy, flv]);

        var publication = new RecordingPublication();
        PublishRequest? asked = null;
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var serving = ServeOneAsync(listener, (request, _) =>
        {
            asked = request;
            return ValueTask.FromResult<PublishAnswer>(new PublishAnswer.Accepted(publication));
        });
        await FfmpegAsync([.. copy, $"rtmp://127.0.0.1:{port}/live/key"]);
        await serving.WaitAsync(ScriptedPublisher.Patience);

        Assert.Equal(("live", "key"), (asked?.App, asked?.StreamKey));
        Assert.Equal(PublicationEnd.Unpublished, await publication.Ended);
        Assert.Equal(1, publication.Ends);
        var expected = ReadFlv(await File.ReadAllBytesAsync(flv));
        var received = await publication.ReadAllAsync();
        Assert.True(expected.Count > 150, $"the reference has only {expected.Count} tags");
        Assert.Equal(expected.Count, received.Count);
        foreach (var (want, got) in expected.Zip(received))
        {
            Assert.Equal((want.Type, want.TimestampMs), (got.Type, got.TimestampMs));
            Assert.True(want.Body.AsSpan().SequenceEqual(got.Body), $"the bodies at {want.TimestampMs} ms differ");
        }
    }

    [Fact]
    public async Task Ffmpeg_KeyRefused_IsToldTheReason()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var serving = ServeOneAsync(listener, (_, _) =>
            ValueTask.FromResult<PublishAnswer>(new PublishAnswer.Refused("This stream key is not known.")));

        var (exitCode, errors) = await RunFfmpegAsync("-f", "lavfi", "-i", "testsrc2=size=64x64:rate=5", "-t", "1",
            "-c:v", "libx264", "-f", "flv", $"rtmp://127.0.0.1:{port}/live/wrong");
        await serving.WaitAsync(ScriptedPublisher.Patience);

        Assert.NotEqual(0, exitCode);
        Assert.Contains("This stream key is not known.", errors, StringComparison.Ordinal);
    }

    /// <summary>As a player, ffmpeg checks the digests in S1 and S2 before it goes on to play.</summary>
    [Fact]
    public async Task Ffmpeg_Plays_AcceptsDigestAndIsRefused()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var serving = ServeOneAsync(listener, (_, _) => throw new InvalidOperationException("nobody publishes"));

        var (exitCode, errors) = await RunFfmpegAsync("-i", $"rtmp://127.0.0.1:{port}/live/key", "-f", "null", "-");
        await serving.WaitAsync(ScriptedPublisher.Patience);

        Assert.NotEqual(0, exitCode);
        Assert.Contains("There is no RTMP playback here", errors, StringComparison.Ordinal);
    }

    private static async Task ServeOneAsync(TcpListener listener, PublishAuthorizer authorizer)
    {
        using var socket = await listener.AcceptSocketAsync();
        await using var stream = new NetworkStream(socket);
        var transport = new DuplexPipe(PipeReader.Create(stream), PipeWriter.Create(stream));
        var connection = new RtmpConnection(
            transport, new RtmpLimits(), authorizer, TimeProvider.System, NullLogger.Instance, "ffmpeg", socket.RemoteEndPoint);
        await connection.RunAsync(CancellationToken.None);
    }

    private static async Task FfmpegAsync(params string[] arguments)
    {
        var (exitCode, errors) = await RunFfmpegAsync(arguments);
        Assert.True(exitCode == 0, errors);
    }

    private static async Task<(int ExitCode, string Errors)> RunFfmpegAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("ffmpeg", ["-nostdin", "-hide_banner", "-loglevel", "warning", "-y", .. arguments])
        {
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        try
        {
            var errors = await process.StandardError.ReadToEndAsync(patience.Token);
            await process.WaitForExitAsync(patience.Token);
            return (process.ExitCode, errors);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }

    private static List<ReceivedTag> ReadFlv(ReadOnlySpan<byte> file)
    {
        var tags = new List<ReceivedTag>();
        file = file[13..];
        while (!file.IsEmpty)
        {
            var length = (int)(BinaryPrimitives.ReadUInt32BigEndian(file) & 0xFFFFFF);
            var timestampMs = (BinaryPrimitives.ReadUInt32BigEndian(file[4..]) >> 8) | ((uint)file[7] << 24);
            tags.Add(new ReceivedTag((FlvTagType)file[0], timestampMs, file.Slice(11, length).ToArray()));
            file = file[(11 + length + 4)..];
        }

        return tags;
    }
}
