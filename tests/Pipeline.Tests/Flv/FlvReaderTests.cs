using System.Buffers;
using Streaming.Pipeline.Flv;

namespace Streaming.Pipeline.Tests.Flv;

public class FlvReaderTests
{
    private const int TagLengthMax = 100;

    /// <summary>A header, an audio tag at 0x7B000001 ms, a video tag without body, a script tag.</summary>
    private static readonly byte[] Stream = TestTags.Hex(
        "464C5601 05 00000009 00000000"
        + "08 000003 000001 7B 000000 AF0142 0000000E"
        + "09 000000 FFFFFF 00 000000 0000000B"
        + "12 000001 000000 FF 000000 05 0000000C");

    [Fact]
    public void TryRead_AnnotatedStream_GivesTags() =>
        Assert.Equal(["Audio 2063597569 AF0142", "Video 16777215 ", "Script 4278190080 05"], ReadAll(new(Stream)));

    [Fact]
    public void TryRead_EverySegmentation_GivesTheSameTags()
    {
        var expected = ReadAll(new(Stream));
        for (var length = 1; length < Stream.Length; length++)
        {
            Assert.Equal(expected, ReadAll(TestTags.Segmented(Stream, length)));
        }
    }

    [Fact]
    public void TryRead_EverySplit_WaitsForTheRest()
    {
        var expected = ReadAll(new(Stream));
        for (var split = 0; split <= Stream.Length; split++)
        {
            // What the first reads leave is read again with the rest behind it, as a pipe's reader does.
            var tags = new List<string>();
            var first = new ReadOnlySequence<byte>(Stream, 0, split);
            var hasHeader = FlvReader.TryReadHeader(ref first);
            if (hasHeader)
            {
                Read(ref first, tags);
            }

            var second = new ReadOnlySequence<byte>(Stream, split - (int)first.Length, Stream.Length - split + (int)first.Length);
            if (!hasHeader)
            {
                Assert.True(FlvReader.TryReadHeader(ref second));
            }

            Read(ref second, tags);
            Assert.Equal(expected, tags);
            Assert.True(second.IsEmpty);
        }
    }

    [Fact]
    public void TryRead_OtherTagTypes_ArePassedOver()
    {
        var buffer = new ReadOnlySequence<byte>(TestTags.Hex(
            "0A 000002 000000 00 000000 0102 0000000D 00 000000 000000 00 000000 0000000B 08 000001 000000 00 000000 AF 0000000C"));

        Assert.True(FlvReader.TryRead(ref buffer, TagLengthMax, out var tag));

        Assert.Equal((FlvTagType.Audio, 1), (tag.Type, tag.Body.Length));
        Assert.True(buffer.IsEmpty);
    }

    [Fact]
    public void TryReadHeader_LongerDataOffset_IsSkipped()
    {
        var buffer = new ReadOnlySequence<byte>(TestTags.Hex("464C5601 05 0000000B FFFF 00000000 12"));

        Assert.True(FlvReader.TryReadHeader(ref buffer));

        Assert.Equal(1, buffer.Length);
    }

    [Theory]
    [InlineData("00")]
    [InlineData("46 4C 57")]
    [InlineData("464C5602")]
    [InlineData("464C5601 05 00000008 00000000")]
    [InlineData("464C5601 05 00000401 00000000")]
    [InlineData("66747970 69736F6D")]
    public void TryReadHeader_NotFlv_IsAnErrorAtOnce(string hex) => Assert.Throws<FlvFormatException>(() =>
    {
        var buffer = new ReadOnlySequence<byte>(TestTags.Hex(hex));
        FlvReader.TryReadHeader(ref buffer);
    });

    [Fact]
    public void TryRead_TagLongerThanAllowed_IsAnErrorBeforeItsBody()
    {
        var allowed = new ReadOnlySequence<byte>(TestTags.Hex("08 000064 000000 00 000000"));
        Assert.False(FlvReader.TryRead(ref allowed, TagLengthMax, out _));

        Assert.Throws<FlvFormatException>(() =>
        {
            var buffer = new ReadOnlySequence<byte>(TestTags.Hex("08 000065 000000 00 000000"));
            FlvReader.TryRead(ref buffer, TagLengthMax, out _);
        });
    }

    [Theory]
    [InlineData("08 000001 000000 00 000000 AF 0000000D")] // The size after the tag is wrong.
    [InlineData("28 000001 000000 00 000000 AF 0000000C")] // Filter: encrypted.
    public void TryRead_BrokenTag_IsAnError(string hex) => Assert.Throws<FlvFormatException>(() =>
    {
        var buffer = new ReadOnlySequence<byte>(TestTags.Hex(hex));
        FlvReader.TryRead(ref buffer, TagLengthMax, out _);
    });

    private static List<string> ReadAll(ReadOnlySequence<byte> buffer)
    {
        var tags = new List<string>();
        Assert.True(FlvReader.TryReadHeader(ref buffer));
        Read(ref buffer, tags);
        Assert.True(buffer.IsEmpty);
        return tags;
    }

    private static void Read(ref ReadOnlySequence<byte> buffer, List<string> tags)
    {
        while (FlvReader.TryRead(ref buffer, TagLengthMax, out var tag))
        {
            tags.Add($"{tag.Type} {tag.TimestampMs} {Convert.ToHexString(tag.Body.Span)}");
            tag.Release();
        }
    }
}
