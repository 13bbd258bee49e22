using System.Buffers;
using Google.Protobuf;
using Streaming.Cluster.Edge;
using Streaming.Cluster.Membership;
using Streaming.Gateway.MediaPlane;
using Streaming.Pipeline.Media;

namespace Streaming.Gateway.Tests.MediaPlane;

/// <summary>Files on the wire. All else that is followed is compared at nodes (<see cref="EdgeTests"/>).</summary>
public sealed class FollowMessagesTests
{
    [Theory]
    [InlineData("source", 12L, 3, 100_000)]
    [InlineData("240p", 0L, 0, 1)]
    [InlineData("audio", null, 1, 700)]
    [InlineData("source", long.MaxValue, int.MaxValue, 0)]
    public void File_WrittenAndRead_IsTheSame(string rendition, long? sequence, int index, int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        var written = FollowMessages.Of(new FollowEvent.MediaCame(rendition, sequence, index, MediaBuffer.Of(bytes))).ToByteArray();

        Assert.True(MediaFileReader.TryRead(new(written), out var read));

        Assert.Equal((rendition, sequence, index), (read.Rendition, read.MediaSequence, read.Index));
        Assert.Equal(bytes, read.Data.Memory.ToArray());
        var parsed = Assert.IsType<FollowEvent.MediaCame>(FollowMessages.Read(FollowMessage.Parser.ParseFrom(written)));
        Assert.Equal(bytes, parsed.Data.Memory.ToArray());
        Assert.Equal((rendition, sequence, index), (parsed.Rendition, parsed.MediaSequence, parsed.Index));
    }

    [Fact]
    public void File_CutAnywhere_IsReadAsNoFile()
    {
        var written = FollowMessages.Of(new FollowEvent.MediaCame("source", 300, 2, MediaBuffer.Of(new byte[200]))).ToByteArray();

        Assert.All(
            Enumerable.Range(0, written.Length), length => Assert.False(MediaFileReader.TryRead(new(written.AsMemory(0, length)), out _)));
    }

    [Fact]
    public void File_InTwoPieces_IsTheSame()
    {
        var bytes = Enumerable.Range(0, 200).Select(static number => (byte)number).ToArray();
        var written = FollowMessages.Of(new FollowEvent.MediaCame("source", 300, 2, MediaBuffer.Of(bytes))).ToByteArray();
        for (var split = 1; split < written.Length; split++)
        {
            var first = new Piece(written.AsMemory(0, split));
            var last = first.Then(written.AsMemory(split));

            Assert.True(MediaFileReader.TryRead(new(first, 0, last, last.Memory.Length), out var read));
            Assert.Equal(bytes, read.Data.Memory.ToArray());
        }
    }

    [Fact]
    public void OtherMessages_AreLeftToTheParser()
    {
        var began = FollowMessages.Of(new FollowEvent.Began(7, "b", DateTimeOffset.UnixEpoch)).ToByteArray();

        Assert.False(MediaFileReader.TryRead(new(began), out _));
        Assert.Equal(7, Assert.IsType<FollowEvent.Began>(FollowMessages.Read(FollowMessage.Parser.ParseFrom(began))).Epoch);
        Assert.Null(FollowMessages.Read(new FollowMessage()));
    }

    [Theory]
    [InlineData]
    [InlineData("origin")]
    [InlineData("origin", "::1", "127.0.0.1")]
    public void Beginning_WithThePathToIt_IsTheSame(params string[] hosts)
    {
        var began = new FollowEvent.Began(7, "b", DateTimeOffset.UnixEpoch) { Path = [.. hosts.Select(static host => new NodeAddress(host, 4054))] };

        var read = Assert.IsType<FollowEvent.Began>(FollowMessages.Read(FollowMessage.Parser.ParseFrom(FollowMessages.Of(began).ToByteArray())));

        Assert.True(began.Path.SequenceEqual(read.Path));
        Assert.Equal(began with { Path = default }, read with { Path = default });
    }

    [Fact]
    public void DatesThatThereAreNot_AreRefused() => Assert.Throws<InvalidDataException>(
        () => FollowMessages.Read(new FollowMessage { Began = new() { StartedAt = long.MaxValue } }));

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(ReadOnlyMemory<byte> memory) => Memory = memory;

        public Piece Then(ReadOnlyMemory<byte> memory)
        {
            var next = new Piece(memory) { RunningIndex = Memory.Length };
            Next = next;
            return next;
        }
    }
}
