using System.Buffers;
using System.IO.Pipelines;
using Streaming.Pipeline.Amf0;
using Streaming.Pipeline.Rtmp;
using Streaming.Pipeline.Rtmp.Chunks;
using Streaming.Pipeline.Rtmp.Messages;

namespace Streaming.Pipeline.Tests.Rtmp;

/// <summary>A message as the publisher read it, with a body of its own.</summary>
internal sealed record ReadMessage(RtmpMessageType Type, uint StreamId, uint TimestampMs, byte[] Body)
{
    /// <summary>Body as text, for looking for what a status says.</summary>
    public string Text => System.Text.Encoding.Latin1.GetString(Body);

    public bool IsCommand(string name) =>
        Type is RtmpMessageType.CommandAmf0
        && Text.StartsWith("\u0002\0" + (char)name.Length + name, StringComparison.Ordinal);
}

/// <summary>An RTMP publisher that does what a test tells it, over pipes or a socket; well-behaved where nothing is said.</summary>
internal sealed class ScriptedPublisher(IDuplexPipe transport) : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly ChunkReader _chunks = new(new RtmpLimits());
    private ReadOnlySequence<byte> _unread;
    private bool _hasResult;
    private bool _isEnd;

    /// <summary>Size of the chunks that are sent.</summary>
    public int ChunkSize { get; set; } = 128;

    /// <summary>Bytes written since the handshake.</summary>
    public long Sent { get; private set; }

    public byte[] S0S1S2 { get; private set; } = [];

    public static async Task<ScriptedPublisher> PublishingAsync(
        IDuplexPipe transport, string app = "live", string name = "key")
    {
        var publisher = new ScriptedPublisher(transport);
        await publisher.HandshakeAsync();
        await publisher.ConnectAsync(app);
        await publisher.CreateStreamAsync();
        await publisher.PublishAsync(name);
        await publisher.ReadStatusAsync("NetStream.Publish.Start");
        return publisher;
    }

    public async Task HandshakeAsync(byte[]? c1 = null, byte[]? c2 = null)
    {
        await WriteAsync((byte[])[3, .. c1 ?? new byte[1536]]);
        var read = await transport.Input.ReadAtLeastAsync(3073).AsTask().WaitAsync(Patience);
        S0S1S2 = read.Buffer.Slice(0, 3073).ToArray();
        transport.Input.AdvanceTo(read.Buffer.GetPosition(3073));
        await WriteAsync(c2 ?? S0S1S2[1..1537]);
        Sent = 0;
    }

    public Task ConnectAsync(string? app, string? tcUrl = "rtmp://127.0.0.1/live", double transactionId = 1) =>
        CallAsync("connect", transactionId, 0, amf =>
        {
            amf.StartObject();
            if (app is not null)
            {
                amf.WriteName("app");
                amf.WriteString(app);
            }

            if (tcUrl is not null)
            {
                amf.WriteName("tcUrl");
                amf.WriteString(tcUrl);
            }

            amf.EndObject();
        });

    public Task CreateStreamAsync(double transactionId = 4) =>
        CallAsync("createStream", transactionId, 0, amf => amf.WriteNull());

    public Task PublishAsync(string? name, string? type = "live", double transactionId = 5, uint streamId = 1) =>
        CallAsync("publish", transactionId, streamId, amf =>
        {
            amf.WriteNull();
            if (name is not null)
            {
                amf.WriteString(name);
            }

            if (type is not null)
            {
                amf.WriteString(type);
            }
        });

    public Task CallAsync(string name, double transactionId, uint streamId, AmfArguments arguments) =>
        SendAsync(3, RtmpMessageType.CommandAmf0, streamId, 0, Command(name, transactionId, arguments));

    public Task SendVideoAsync(uint timestampMs, params byte[] body) =>
        SendAsync(6, RtmpMessageType.Video, 1, timestampMs, body);

    public Task SendAudioAsync(uint timestampMs, params byte[] body) =>
        SendAsync(4, RtmpMessageType.Audio, 1, timestampMs, body);

    public async Task SetChunkSizeAsync(int size)
    {
        await WriteAsync(Control(output => ProtocolControl.WriteSetChunkSize(output, size)));
        ChunkSize = size;
    }

    public Task SendAsync(int chunkStreamId, RtmpMessageType type, uint streamId, uint timestampMs, byte[] body)
    {
        var output = new ArrayBufferWriter<byte>();
        ChunkWriter.Write(output, chunkStreamId, type, streamId, timestampMs, body, ChunkSize);
        return WriteAsync(output.WrittenMemory);
    }

    public async Task WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        Sent += bytes.Length;
        await transport.Output.WriteAsync(bytes).AsTask().WaitAsync(Patience);
    }

    /// <summary>The next message, or null when the server has closed.</summary>
    public async Task<ReadMessage?> ReadAsync()
    {
        while (true)
        {
            if (_hasResult)
            {
                if (_chunks.TryRead(ref _unread, out var message))
                {
                    var read = new ReadMessage(message.Type, message.StreamId, message.TimestampMs, message.Body.ToArray());
                    message.Release();
                    if (read.Type is RtmpMessageType.SetChunkSize)
                    {
                        _chunks.SetChunkSize(ProtocolControl.ReadNumber(read.Type, read.Body));
                    }

                    return read;
                }

                transport.Input.AdvanceTo(_unread.Start, _unread.End);
                _hasResult = false;
                if (_isEnd)
                {
                    return null;
                }
            }

            var result = await transport.Input.ReadAsync().AsTask().WaitAsync(Patience);
            _unread = result.Buffer;
            _isEnd = result.IsCompleted;
            _hasResult = true;
        }
    }

    public async Task<ReadMessage> ReadUntilAsync(Func<ReadMessage, bool> wanted)
    {
        while (await ReadAsync() is { } message)
        {
            if (wanted(message))
            {
                return message;
            }
        }

        throw new InvalidOperationException("the server closed the connection first");
    }

    public Task<ReadMessage> ReadCommandAsync(string name) => ReadUntilAsync(message => message.IsCommand(name));

    public Task<ReadMessage> ReadStatusAsync(string code) =>
        ReadUntilAsync(message => message.IsCommand("onStatus") && message.Text.Contains(code, StringComparison.Ordinal));

    /// <summary>Reads until the server closes.</summary>
    public async Task ReadToEndAsync()
    {
        while (await ReadAsync() is not null)
        {
        }
    }

    /// <summary>Closes our side: the server sees the end of the stream.</summary>
    public ValueTask CloseAsync() => transport.Output.CompleteAsync();

    public async ValueTask DisposeAsync()
    {
        _chunks.DiscardAll();
        await transport.Output.CompleteAsync();
        await transport.Input.CompleteAsync();
    }

    public static byte[] Command(string name, double transactionId, AmfArguments arguments)
    {
        var output = new ArrayBufferWriter<byte>();
        var amf = new Amf0Writer(output);
        amf.WriteString(name);
        amf.WriteNumber(transactionId);
        arguments(amf);
        return output.WrittenSpan.ToArray();
    }

    public static byte[] Control(Action<IBufferWriter<byte>> write)
    {
        var output = new ArrayBufferWriter<byte>();
        write(output);
        return output.WrittenSpan.ToArray();
    }
}

/// <summary>Writes what comes after a command's name and transaction id.</summary>
internal delegate void AmfArguments(Amf0Writer amf);
