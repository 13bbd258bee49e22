using Streaming.Pipeline.Isobmff;

namespace Streaming.Pipeline.Tests.Isobmff;

public sealed class BoxWriterTests
{
    [Fact]
    public void Box_Nested_HasSizeOfWhatIsInIt()
    {
        var writer = new BoxWriter();
        using (writer.Open("moof"u8))
        {
            using (writer.Open("mfhd"u8, version: 1, flags: 0x020304))
            {
                writer.WriteUInt32(0xDEADBEEF);
            }

            using (writer.Open("free"u8))
            {
            }
        }

        Assert.Equal(
            "00000020" + "6d6f6f66" + "00000010" + "6d666864" + "01020304" + "deadbeef" + "00000008" + "66726565",
            Convert.ToHexStringLower(writer.Written));
    }

    [Fact]
    public void Box_LargerThanTheBuffer_IsKeptWhole()
    {
        var payload = new byte[100_000];
        new Random(1).NextBytes(payload);
        var writer = new BoxWriter();
        using (writer.Open("free"u8))
        {
            foreach (var value in payload)
            {
                writer.WriteByte(value);
            }
        }

        var box = Assert.Single(BoxReader.Read(writer.Written.ToArray()));
        Assert.Equal(payload, box.Body.ToArray());
    }

    [Fact]
    public void Writer_Released_BeginsAnew()
    {
        var writer = new BoxWriter();
        writer.Release();
        writer.WriteUInt32(1);
        writer.Release();
        Assert.Equal(0, writer.Length);
        writer.WriteZeros(3);
        writer.WriteUInt16(2);

        Assert.Equal([0, 0, 0, 0, 2], writer.Written.ToArray());
    }

    [Theory]
    [InlineData("00000007 66726565")]
    [InlineData("00000009 66726565")]
    [InlineData("00000008 667265")]
    [InlineData("00000010 6d6f6f66 00000009 66726565")]
    public void Reader_BrokenSizes_Throws(string hex) =>
        Assert.Throws<InvalidDataException>(
            () => BoxReader.Read(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal))));
}
