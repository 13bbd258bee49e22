using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Streaming.RtmpPusher;

/// <summary>One broadcaster: connects, publishes under its key, and sends the loop in real time.</summary>
internal sealed class RtmpPublisher(Uri server, string key, int chunkSize, MediaLoop loop, TimeSpan delay, Tempo tempo)
{
    private const int HandshakeLength = 1536;
    private const int CommandChunkStream = 3;
    private const int AudioChunkStream = 4;
    private const int VideoChunkStream = 6;
    private const int DefaultPort = 1935;

    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(10);

    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // The ping that has to be answered with the next media, or nothing.
    private byte[]? _ping;

    /// <summary>Completes when the server has accepted the broadcast, fails when it never does.</summary>
    public Task Started => _started.Task;

    public long BytesSent { get; private set; }

    /// <summary>Is told of each tag when the send of its last byte has returned, with that time by the Stopwatch.</summary>
    public Action<MediaTag, long>? Sent { get; init; }

    /// <summary>How long after its time the latest tag was sent: the machine or the server was that far behind.</summary>
    public TimeSpan LatenessMax { get; private set; }

    public async Task RunAsync(TimeSpan duration, CancellationToken cancellationToken)
    {
        using var client = new TcpClient { NoDelay = true };
        try
        {
            await client.ConnectAsync(server.Host, server.Port < 0 ? DefaultPort : server.Port, cancellationToken);
            var stream = client.GetStream();
            uint messageStream;
            var reader = new ChunkReader(stream);
            using (var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken))
            {
                patience.CancelAfter(AnswerTimeout);
                await ShakeHandsAsync(stream, patience.Token);
                messageStream = await PublishAsync(stream, reader, patience.Token);
            }

            _started.SetResult();
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var listening = ListenAsync(reader, ended.Token);
            var sending = SendAsync(stream, messageStream, duration, ended.Token);
            await await Task.WhenAny(listening, sending);
            await ended.CancelAsync();
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            _started.TrySetCanceled(cancellationToken);
        }
        catch (Exception exception)
        {
            var failure = exception is OperationCanceledException
                ? new RtmpRefusedException($"no answer within {AnswerTimeout.TotalSeconds} s")
                : exception is SocketException or InvalidDataException ? new IOException(exception.Message, exception) : exception;
            _started.TrySetException(failure);
            throw failure;
        }
    }

    /// <summary>The simple handshake. RTMP 1.0 §5.2.</summary>
    private static async Task ShakeHandsAsync(NetworkStream stream, CancellationToken cancellationToken)
    {
        var hello = new byte[1 + HandshakeLength];
        hello[0] = 3;
        RandomNumberGenerator.Fill(hello.AsSpan(9));
        await stream.WriteAsync(hello, cancellationToken);

        var answer = new byte[1 + HandshakeLength];
        await stream.ReadExactlyAsync(answer, cancellationToken);
        await stream.WriteAsync(answer.AsMemory(1), cancellationToken);
        await stream.ReadExactlyAsync(answer.AsMemory(1), cancellationToken);
    }

    /// <summary>connect, createStream, publish. RTMP 1.0 §7.2. Returns the message stream to publish on.</summary>
    private async Task<uint> PublishAsync(NetworkStream stream, ChunkReader reader, CancellationToken cancellationToken)
    {
        var application = server.AbsolutePath.Trim('/');
        var output = new ArrayBufferWriter<byte>();
        var chunks = new ChunkWriter(output);
        chunks.WriteSetChunkSize(chunkSize);
        chunks.Write(CommandChunkStream, RtmpMessage.CommandAmf0, 0, 0, Command("connect", 1, body => Amf0.WriteObject(
            body, ("app", application), ("type", "nonprivate"), ("flashVer", "FMLE/3.0 (RtmpPusher)"),
            ("tcUrl", $"rtmp://{server.Authority}/{application}"))));
        await stream.WriteAsync(output.WrittenMemory, cancellationToken);
        await ExpectResultAsync(reader, 1, cancellationToken);

        output.ResetWrittenCount();
        chunks.Write(CommandChunkStream, RtmpMessage.CommandAmf0, 0, 0, Command("createStream", 2, Amf0.WriteNull));
        await stream.WriteAsync(output.WrittenMemory, cancellationToken);
        var result = await ExpectResultAsync(reader, 2, cancellationToken);
        // Null, then the number of the new stream.
        var messageStream = (uint)BinaryPrimitives.ReadDoubleBigEndian(result.AsSpan(2));

        output.ResetWrittenCount();
        chunks.Write(CommandChunkStream, RtmpMessage.CommandAmf0, 0, messageStream, Command("publish", 3, body =>
        {
            Amf0.WriteNull(body);
            Amf0.WriteString(body, key);
            Amf0.WriteString(body, "live");
        }));
        await stream.WriteAsync(output.WrittenMemory, cancellationToken);
        await ExpectStatusAsync(reader, "NetStream.Publish.Start"u8.ToArray(), cancellationToken);
        return messageStream;
    }

    private static byte[] Command(string name, double transaction, Action<IBufferWriter<byte>> writeArguments)
    {
        var body = new ArrayBufferWriter<byte>();
        Amf0.WriteString(body, name);
        Amf0.WriteNumber(body, transaction);
        writeArguments(body);
        return body.WrittenSpan.ToArray();
    }

    private static async Task<byte[]> ExpectResultAsync(
        ChunkReader reader, double expected, CancellationToken cancellationToken)
    {
        while (true)
        {
            var message = await reader.ReadAsync(cancellationToken);
            ReadOnlySpan<byte> body = message.Body;
            if (message.Type != RtmpMessage.CommandAmf0
                || !Amf0.TryReadCommand(ref body, out var name, out var transaction)
                || transaction != expected)
            {
                continue;
            }

            return name == "_result" ? body.ToArray() : throw new RtmpRefusedException($"the server answered {name}");
        }
    }

    private static async Task ExpectStatusAsync(ChunkReader reader, byte[] code, CancellationToken cancellationToken)
    {
        while (true)
        {
            var message = await reader.ReadAsync(cancellationToken);
            ReadOnlySpan<byte> body = message.Body;
            if (message.Type != RtmpMessage.CommandAmf0 || !Amf0.TryReadCommand(ref body, out var name, out _))
            {
                continue;
            }

            if (name == "onStatus" && body.IndexOf(code) >= 0)
            {
                return;
            }

            if (name == "_error" || body.IndexOf("error"u8) >= 0)
            {
                throw new RtmpRefusedException("the server refuses the stream key");
            }
        }
    }

    private async Task SendAsync(
        NetworkStream stream, uint messageStream, TimeSpan duration, CancellationToken cancellationToken)
    {
        var output = new ArrayBufferWriter<byte>(1 << 20);
        var chunks = new ChunkWriter(output);
        chunks.WriteSetChunkSize(chunkSize);
        foreach (var tag in loop.Preamble)
        {
            Write(chunks, tag, messageStream);
        }

        var pacing = new Pacing(loop, delay, tempo);
        var due = new List<MediaTag>();
        while (await pacing.WaitAsync(duration, cancellationToken))
        {
            while (pacing.TryTake(out var tag))
            {
                Write(chunks, tag, messageStream);
                due.Add(tag);
            }

            if (Interlocked.Exchange(ref _ping, null) is { } ping)
            {
                chunks.Write(2, RtmpMessage.UserControl, 0, 0, [0, 7, .. ping.AsSpan(2, 4)]);
            }

            await FlushAsync(stream, output, cancellationToken);
            var sentAt = Stopwatch.GetTimestamp();
            due.ForEach(tag => Sent?.Invoke(tag, sentAt));
            due.Clear();
            LatenessMax = pacing.LatenessMax;
        }

        chunks.Write(CommandChunkStream, RtmpMessage.CommandAmf0, 0, 0, Command("deleteStream", 4, body =>
        {
            Amf0.WriteNull(body);
            Amf0.WriteNumber(body, messageStream);
        }));
        await FlushAsync(stream, output, cancellationToken);
    }

    private static void Write(ChunkWriter chunks, MediaTag tag, uint messageStream)
    {
        if (tag.Type == MediaTag.Script)
        {
            // Encoders announce their metadata to RTMP servers with this command before it.
            var body = new ArrayBufferWriter<byte>();
            Amf0.WriteString(body, "@setDataFrame");
            body.Write(tag.Body);
            chunks.Write(AudioChunkStream, tag.Type, tag.TimestampMs, messageStream, body.WrittenSpan);
            return;
        }

        var chunkStream = tag.Type == MediaTag.Audio ? AudioChunkStream : VideoChunkStream;
        chunks.Write(chunkStream, tag.Type, tag.TimestampMs, messageStream, tag.Body);
    }

    private async Task FlushAsync(NetworkStream stream, ArrayBufferWriter<byte> output, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(output.WrittenMemory, cancellationToken);
        BytesSent += output.WrittenCount;
        output.ResetWrittenCount();
    }

    /// <summary>Reads what the server sends, so that it never waits for us, and notes its pings. RTMP 1.0 §7.1.7.</summary>
    private async Task ListenAsync(ChunkReader reader, CancellationToken cancellationToken)
    {
        while (true)
        {
            var message = await reader.ReadAsync(cancellationToken);
            if (message is { Type: RtmpMessage.UserControl, Body: [0, 6, _, _, _, _, ..] })
            {
                Interlocked.Exchange(ref _ping, message.Body);
            }

            ReadOnlySpan<byte> body = message.Body;
            if (message.Type == RtmpMessage.CommandAmf0 && Amf0.TryReadCommand(ref body, out var name, out _)
                && name == "onStatus" && body.IndexOf("error"u8) >= 0)
            {
                throw new RtmpRefusedException("the server ended the broadcast");
            }
        }
    }
}
