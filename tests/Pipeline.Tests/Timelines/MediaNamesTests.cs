using System.Buffers;
using System.Text;
using Streaming.Pipeline.Text;
using Streaming.Pipeline.Timelines;

namespace Streaming.Pipeline.Tests.Timelines;

public sealed class MediaNamesTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(180_000, 7)]
    [InlineData(long.MaxValue, int.MaxValue)]
    public void Names_Written_AreTheSameAsNamesAllocated(long mediaSequence, int index)
    {
        var output = new ArrayBufferWriter<byte>();
        var text = new Utf8Writer(output);
        MediaNames.WriteInitialization(ref text, index);
        text.Write(" "u8);
        MediaNames.WriteSegment(ref text, mediaSequence);
        text.Write(" "u8);
        MediaNames.WritePart(ref text, mediaSequence, index);
        text.Flush();
        Assert.Equal(
            $"{MediaNames.Initialization(index)} {MediaNames.Segment(mediaSequence)} {MediaNames.Part(mediaSequence, index)}",
            Encoding.UTF8.GetString(output.WrittenSpan));
    }
}
