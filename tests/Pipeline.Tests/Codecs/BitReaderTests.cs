using FsCheck;
using FsCheck.Fluent;
using Streaming.Pipeline.Codecs;
using Streaming.Pipeline.Codecs.Avc;

namespace Streaming.Pipeline.Tests.Codecs;

public class BitReaderTests
{
    [Fact]
    public void Read_AcrossBytes_TakesMostSignificantBitsFirst()
    {
        var reader = new BitReader([0b1010_0110, 0b1100_0001, 0xFF]);

        Assert.Equal(0b101u, reader.Read(3));
        Assert.Equal(0b0_0110_110u, reader.Read(8));
        Assert.Equal(0u, reader.Read(0));
        Assert.Equal(13, reader.Remaining);
        reader.Skip(4);
        reader.AlignToByte();
        Assert.Equal(0xFFu, reader.Read(8));
        Assert.False(reader.IsOverrun);
    }

    [Fact]
    public void Read_PastEnd_GivesZeroAndSaysSo()
    {
        var reader = new BitReader([0xFF]);

        Assert.Equal(0u, reader.Read(9));

        Assert.True(reader.IsOverrun);
        Assert.Equal(0, reader.Remaining);
    }

    [Theory]
    [InlineData(new byte[] { 0b1000_0000 }, 0u)]
    [InlineData(new byte[] { 0b0100_0000 }, 1u)]
    [InlineData(new byte[] { 0b0110_0000 }, 2u)]
    [InlineData(new byte[] { 0b0010_0000 }, 3u)]
    [InlineData(new byte[] { 0b0001_0010 }, 8u)]
    [InlineData(new byte[] { 0, 0, 0, 1, 0xFF, 0xFF, 0xFF, 0xFE }, uint.MaxValue - 1)]
    public void ReadUe_CodeOfTable91_GivesCodeNum(byte[] bytes, uint codeNum)
    {
        var reader = new BitReader(bytes);

        Assert.Equal(codeNum, reader.ReadUe());
        Assert.False(reader.IsOverrun);
    }

    [Fact]
    public void ReadUe_PrefixTooLong_ExhaustsReader()
    {
        var reader = new BitReader(new byte[64]);

        Assert.Equal(0u, reader.ReadUe());

        Assert.True(reader.IsOverrun);
    }

    [Fact]
    public void Codes_WrittenThenRead_AreTheSame()
    {
        var values = Gen.Choose(-100_000, 100_000).ListOf().ToArbitrary();
        Prop.ForAll(values, list =>
        {
            var writer = new BitWriter();
            foreach (var value in list)
            {
                writer.Se(value).Ue((uint)Math.Abs(value)).U(7, (uint)value & 0x7F);
            }

            var reader = new BitReader(writer.ToArray());
            foreach (var value in list)
            {
                if (reader.ReadSe() != value
                    || reader.ReadUe() != Math.Abs(value)
                    || reader.Read(7) != ((uint)value & 0x7F))
                {
                    return false;
                }
            }

            return !reader.IsOverrun;
        }).QuickCheckThrowOnFailure();
    }
}
