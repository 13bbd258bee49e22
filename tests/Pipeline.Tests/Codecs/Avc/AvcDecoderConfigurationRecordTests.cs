using System.Buffers;
using Streaming.Pipeline.Codecs.Avc;
using Streaming.Pipeline.Codecs.Hevc;

namespace Streaming.Pipeline.Tests.Codecs.Avc;

public class AvcDecoderConfigurationRecordTests
{
    private static readonly byte[] Sps = new TestSps().ToNalUnit();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void Write_ThenRead_IsTheSame(int lengthSize)
    {
        var bytes = Written(lengthSize, [Sps, new TestSps { Id = 1 }.ToNalUnit()], [TestSps.Pps()]);

        Assert.True(AvcDecoderConfigurationRecord.TryRead(bytes, out var record));

        Assert.Equal(lengthSize, record!.LengthSize);
        Assert.Equal(2, record.SequenceParameterSets.Length);
        Assert.Equal(Sps, record.SequenceParameterSets[0].Span);
        Assert.Equal(TestSps.Pps(), Assert.Single(record.PictureParameterSets).Span);
    }

    [Fact]
    public void Write_OfHighProfile_AddsChromaAndDepth()
    {
        var bytes = Written(4, [new TestSps { Profile = 122, ChromaFormat = 2, BitDepth = 10 }.ToNalUnit()], [TestSps.Pps()]);

        Assert.Equal([0xFE, 0xFA, 0xFA, 0x00], bytes[^4..]);
        Assert.Equal([1, 122, 0, 31, 0xFF, 0xE1], bytes[..6]);
    }

    [Fact]
    public void Write_OfMainProfile_EndsWithPictureParameterSets()
    {
        var bytes = Written(4, [new TestSps { Profile = 77 }.ToNalUnit()], [TestSps.Pps()]);

        Assert.Equal(TestSps.Pps(), bytes[^4..]);
    }

    [Fact]
    public void TryRead_EveryTruncation_IsRefused()
    {
        var bytes = Written(4, [new TestSps { Profile = 77 }.ToNalUnit()], [TestSps.Pps()]);
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.False(AvcDecoderConfigurationRecord.TryRead(bytes.AsMemory(0, length), out _));
        }

        Assert.True(AvcDecoderConfigurationRecord.TryRead(bytes, out _));
    }

    [Fact]
    public void TryRead_ReservedBitsZero_IsTheSame()
    {
        var bytes = Written(4, [Sps], [TestSps.Pps()]);
        var sloppy = bytes.ToArray();
        sloppy[4] &= 0x03;
        sloppy[5] &= 0x1F;

        Assert.True(AvcDecoderConfigurationRecord.TryRead(sloppy, out var record));
        Assert.Equal((4, 1), (record!.LengthSize, record.SequenceParameterSets.Length));
        Assert.Equal(bytes, Rewritten(record));
    }

    [Fact]
    public void TryRead_GarbageAfterParameterSets_IsTolerated() =>
        Assert.True(AvcDecoderConfigurationRecord.TryRead(
            (byte[])[.. Written(4, [Sps], [TestSps.Pps()]), 1, 2, 3], out _));

    [Fact]
    public void TryRead_LengthsOfThreeBytes_IsRefused()
    {
        var bytes = Written(4, [Sps], [TestSps.Pps()]);
        bytes[4] = 0xFE;

        Assert.False(AvcDecoderConfigurationRecord.TryRead(bytes, out _));
    }

    [Fact]
    public void TryRead_NoParameterSets_IsARecordWithoutConfiguration()
    {
        Assert.True(AvcDecoderConfigurationRecord.TryRead(new byte[] { 1, 100, 0, 31, 0xFF, 0xE0, 0 }, out var record));

        Assert.Null(record!.ToConfiguration(default));
    }

    [Fact]
    public void ToConfiguration_ProfileOfRecordZero_TakesThatOfTheSps()
    {
        var bytes = Written(4, [Sps], [TestSps.Pps()]);
        bytes.AsSpan(1, 3).Clear();
        Assert.True(AvcDecoderConfigurationRecord.TryRead(bytes, out var record));

        var configuration = record!.ToConfiguration(bytes)!;

        Assert.Equal("avc1.64001f", configuration.Codec);
        Assert.Equal(90_000u, configuration.Timescale);
        Assert.Equal((320, 192), (configuration.Width, configuration.Height));
    }

    [Fact]
    public void HevcRecord_IsToldFromAvc()
    {
        Assert.True(HevcDecoderConfigurationRecord.Is(HevcRecord));
        Assert.False(HevcDecoderConfigurationRecord.Is(Written(4, [Sps], [TestSps.Pps()])));
        for (var length = 0; length < HevcRecord.Length; length++)
        {
            Assert.False(HevcDecoderConfigurationRecord.Is(HevcRecord.AsSpan(0, length)));
        }
    }

    /// <summary>Main@3.1: header, then VPS, SPS and PPS by their first bytes.</summary>
    public static byte[] HevcRecord { get; } = Convert.FromHexString(
        "01 01 60000000 900000000000 5D F000 FC FD F8 F8 0000 0F 03"
            .Replace(" ", "", StringComparison.Ordinal)
        + "A0 0001 0006 40010C01FFFF".Replace(" ", "", StringComparison.Ordinal)
        + "A1 0001 0006 420101016000".Replace(" ", "", StringComparison.Ordinal)
        + "A2 0001 0005 4401C172B4".Replace(" ", "", StringComparison.Ordinal));

    [Fact]
    public void Write_SetsInAnyOrderAndTwice_IsTheSameBytes()
    {
        byte[] secondPps = [0x68, 0x5A, 0x38, 0x80]; // PPS 1.
        byte[] secondSps = new TestSps { Id = 1 }.ToNalUnit();

        Assert.Equal(
            Written(4, [Sps, secondSps], [TestSps.Pps(), secondPps]),
            Written(4, [secondSps, Sps, secondSps], [secondPps, TestSps.Pps(), secondPps]));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void TryRead_ZerosBehindAParameterSet_AreNoPartOfIt(bool isSequence)
    {
        byte[] zeros = [0, 0];
        var padded = Written(
            4, [isSequence ? [.. Sps, .. zeros] : Sps], [isSequence ? TestSps.Pps() : [.. TestSps.Pps(), .. zeros]]);

        Assert.True(AvcDecoderConfigurationRecord.TryRead(padded, out var record));

        Assert.Equal(Written(4, [Sps], [TestSps.Pps()]), Rewritten(record!));
    }

    [Theory]
    [InlineData(66, 1, 8, true)]
    [InlineData(77, 1, 8, true)]
    [InlineData(100, 1, 8, true)]
    [InlineData(88, 1, 8, false)] // Extended.
    [InlineData(110, 1, 8, false)] // High 10, also with 8 bits.
    [InlineData(110, 1, 10, false)]
    [InlineData(122, 2, 8, false)]
    [InlineData(122, 2, 10, false)]
    [InlineData(244, 3, 8, false)]
    [InlineData(100, 3, 8, false)] // A profile that lies.
    [InlineData(100, 1, 10, false)]
    public void ToConfiguration_ProfileChromaAndDepth_TellWhetherBrowsersDecodeIt(byte profile, uint chroma, uint depth, bool decoded)
    {
        var sps = new TestSps { Profile = profile, ChromaFormat = chroma, BitDepth = depth };
        Assert.True(AvcDecoderConfigurationRecord.TryRead(Written(4, [sps.ToNalUnit()], [TestSps.Pps()]), out var record));

        Assert.Equal(decoded, record!.ToConfiguration(default)!.IsWidelyDecoded);
    }

    private static byte[] Rewritten(AvcDecoderConfigurationRecord record)
    {
        var writer = new ArrayBufferWriter<byte>();
        record.Write(writer);
        return writer.WrittenSpan.ToArray();
    }

    internal static byte[] Written(int lengthSize, byte[][] sps, byte[][] pps)
    {
        var writer = new ArrayBufferWriter<byte>();
        new AvcDecoderConfigurationRecord
        {
            LengthSize = lengthSize,
            SequenceParameterSets = [.. sps.Select(set => (ReadOnlyMemory<byte>)set)],
            PictureParameterSets = [.. pps.Select(set => (ReadOnlyMemory<byte>)set)],
        }.Write(writer);
        return writer.WrittenSpan.ToArray();
    }
}
