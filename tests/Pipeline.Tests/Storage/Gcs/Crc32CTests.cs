using System.Text;
using Streaming.Pipeline.Storage.Gcs;

namespace Streaming.Pipeline.Tests.Storage.Gcs;

public sealed class Crc32CTests
{
    [Theory]
    [InlineData("", 0u)]
    [InlineData("a", 0xC1D04330u)]
    [InlineData("123456789", 0xE3069283u)]
    [InlineData("The quick brown fox jumps over the lazy dog", 0x22620404u)]
    public void Value_OfKnownText_IsThePublishedOne(string text, uint expected) =>
        Assert.Equal(expected, Crc32C.Of([Encoding.ASCII.GetBytes(text)]).Value);

    [Fact]
    public void Value_OfZerosAndOnes_IsThatOfTheSpecification()
    {
        // RFC 3720 B.4.
        Assert.Equal(0x8A9136AAu, Crc32C.Of([new byte[32]]).Value);
        Assert.Equal(0x62A8AB43u, Crc32C.Of([Enumerable.Repeat((byte)0xFF, 32).ToArray()]).Value);
    }

    [Fact]
    public void Append_AnySplit_IsTheSame()
    {
        var bytes = new byte[67];
        new Random(1).NextBytes(bytes);
        for (var split = 0; split <= bytes.Length; split++)
        {
            var crc = Crc32C.Of([bytes.AsMemory(0, split), bytes.AsMemory(split)]);

            Assert.Equal(FakeObject.ChecksumOf(bytes), crc.ToString());
        }
    }
}
