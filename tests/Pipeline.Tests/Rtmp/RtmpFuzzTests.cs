using System.Buffers;
using System.IO.Pipelines;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Streaming.Pipeline.Amf0;
using Streaming.Pipeline.Rtmp;
using Streaming.Pipeline.Rtmp.Chunks;
using Streaming.Pipeline.Rtmp.Messages;
using Streaming.Pipeline.Rtmp.Session;
using Streaming.Pipeline.Tests.Rtmp.Chunks;
using Streaming.Pipeline.Tests.Rtmp.Messages;

namespace Streaming.Pipeline.Tests.Rtmp;

/// <summary>Random and mutated bytes: a protocol error or a clean end, no more memory than the limits say, no hang.</summary>
public sealed class RtmpFuzzTests
{
    private static readonly RtmpLimits Limits = new()
    {
        MessageLengthMax = 100_000,
        PartialLengthMax = 1 << 20,
        CloseTimeout = TimeSpan.Zero,
    };

    /// <summary>A whole session: what is mutated must be worth mutating.</summary>
    private static readonly byte[] Session = [3, .. new byte[1536], .. new byte[1536], .. Chunks()];

    private static readonly Gen<byte[]> Bytes = Gen.Sized(size =>
        Gen.Choose(0, 255).Select(b => (byte)b).ArrayOf(2 * size));

    private static readonly Gen<byte[]> Mutated = Mutations(Chunks());

    [Fact]
    public void ChunkReader_RandomBytes_EndsCleanly() => Check(40_000, Bytes, ReadChunks);

    [Fact]
    public void ChunkReader_MutatedChunks_EndsCleanly() => Check(40_000, Mutated, ReadChunks);

    [Fact]
    public void Amf0Reader_RandomBytes_EndsCleanly() => Check(15_000, Bytes, bytes =>
    {
        var reader = new Amf0Reader(bytes, 16);
        while (!reader.IsAtEnd)
        {
            reader.Skip();
        }
    });

    [Fact]
    public void Connection_MutatedSessions_EndsCleanly()
    {
        var published = 0;
        var failed = 0;
        Check(6_000, Mutations(Session[3073..]), bytes =>
        {
            var publication = Run([.. Session[..3073], .. bytes]);
            published += publication is null ? 0 : 1;
            failed += publication is null ? 1 : 0;
            Assert.True(publication is null || publication.Ends == 1);
        });
        Assert.True(published > 100 && failed > 100, $"{published} sessions published and {failed} did not");
    }

    [Fact]
    public void Connection_RandomBytes_EndsCleanly() => Check(2_000, Bytes, bytes => Run(bytes));

    private static void Check(int count, Gen<byte[]> cases, Action<byte[]> test) =>
        Prop.ForAll(cases.ToArbitrary(), bytes =>
        {
            try
            {
                test(bytes);
            }
            catch (Exception e) when (e is RtmpProtocolException or Amf0FormatException)
            {
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(count).WithQuietOnSuccess(true));

    private static void ReadChunks(byte[] bytes)
    {
        var reader = ChunkBytes.Reader(Limits);
        try
        {
            foreach (var message in ChunkBytes.Read(reader, bytes, bytes.Length / 3, bytes.Length / 2))
            {
                if (message.Type is RtmpMessageType.SetChunkSize && message.Body.Length >= 4)
                {
                    reader.SetChunkSize(ProtocolControl.ReadNumber(message.Type, message.Body));
                }
            }

            Assert.InRange(reader.Held, 0, Limits.PartialLengthMax);
        }
        finally
        {
            reader.DiscardAll();
        }
    }

    private static RecordingPublication? Run(byte[] bytes)
    {
        RecordingPublication? publication = null;
        var transport = new DuplexPipe(
            PipeReader.Create(new ReadOnlySequence<byte>(bytes)), PipeWriter.Create(Stream.Null));
        var connection = new RtmpConnection(
            transport,
            Limits,
            (_, _) => ValueTask.FromResult<PublishAnswer>(new PublishAnswer.Accepted(publication ??= new RecordingPublication())),
            new FakeTimeProvider(),
            NullLogger.Instance,
            "fuzz",
            null);
        Assert.True(connection.RunAsync(CancellationToken.None).Wait(ScriptedPublisher.Patience), "the connection hangs");
        return publication;
    }

    private static Gen<byte[]> Mutations(byte[] seed)
    {
        var one =
            from kind in Gen.Choose(0, 4)
            from at in Gen.Choose(0, seed.Length - 1)
            from length in Gen.Choose(1, 16)
            from value in Gen.Choose(0, 255)
            select (Kind: kind, At: at, Length: length, Value: (byte)value);
        return from count in Gen.Choose(1, 4)
               from mutations in one.ArrayOf(count)
               select mutations.Aggregate(seed, (bytes, m) => Mutate(bytes, m.Kind, Math.Min(m.At, bytes.Length), m.Length, m.Value));
    }

    private static byte[] Mutate(byte[] bytes, int kind, int at, int length, byte value)
    {
        var end = Math.Min(at + length, bytes.Length);
        return kind switch
        {
            0 => [.. bytes[..at], .. bytes[end..]],
            1 => [.. bytes[..at], .. Enumerable.Repeat(value, length), .. bytes[at..]],
            2 => bytes[..at],
            3 => [.. bytes[..end], .. bytes[at..]],
            _ => [.. bytes.Select((b, i) => i == at ? (byte)(b ^ value) : b)],
        };
    }

    private static byte[] Chunks()
    {
        var connect = ScriptedPublisher.Command("connect", 1, amf =>
        {
            amf.StartObject();
            amf.WriteName("app");
            amf.WriteString("live");
            amf.WriteName("capsEx");
            amf.WriteNumber(1);
            amf.EndObject();
        });
        var publish = ScriptedPublisher.Command("publish", 5, amf =>
        {
            amf.WriteNull();
            amf.WriteString("key");
        });
        return
        [
            .. ChunkBytes.Type0(3, 0, connect.Length, 20, 0, connect),
            .. ChunkBytes.Type0(3, 0, publish.Length, 20, 1, publish),
            .. ChunkBytes.Type0(2, 0, 4, 1, 0, ChunkBytes.Bytes(96)),
            .. ChunkBytes.Type0(4, 0, 16, 18, 1, DataMessageTests.Amf("@setDataFrame")),
            .. ChunkBytes.Type0(6, 0xFFFFFF, 100, 9, 1, [.. ChunkBytes.Bytes(0x1000000), .. new byte[96]]),
            .. ChunkBytes.Type3(6, [.. ChunkBytes.Bytes(0x1000000), 1, 2, 3, 4]),
            .. ChunkBytes.Type1(6, 40, 3, 9, 1, 2, 3),
            .. ChunkBytes.Type2(6, 40, 1, 2, 3),
            .. ChunkBytes.Type3(6, 1, 2, 3),
            .. ChunkBytes.Type0(400, 9, AggregateReaderTests.TwoMessages.Length, 22, 1, AggregateReaderTests.TwoMessages),
        ];
    }
}
