using System.Buffers;
using FsCheck;
using FsCheck.Fluent;
using Streaming.Pipeline.Codecs.Avc;

namespace Streaming.Pipeline.Tests.Codecs.Avc;

public class NalUnitTests
{
    [Theory]
    [InlineData(1, new byte[] { 2, 0x65, 7, 1, 0x41 })]
    [InlineData(2, new byte[] { 0, 2, 0x65, 7, 0, 1, 0x41 })]
    [InlineData(4, new byte[] { 0, 0, 0, 2, 0x65, 7, 0, 0, 0, 1, 0x41 })]
    public void LengthPrefixed_OfEachSize_GivesNalUnits(int lengthSize, byte[] data)
    {
        Assert.Equal(["6507", "41"], Units(data, lengthSize, out var broken, out var leftover));
        Assert.Equal((false, 0), (broken, leftover));
    }

    [Fact]
    public void LengthPrefixed_EveryTruncation_EndsWithoutInventing()
    {
        byte[] data = [0, 0, 0, 2, 0x65, 7, 0, 0, 0, 1, 0x41];
        for (var length = 0; length < data.Length; length++)
        {
            var units = Units(data.AsSpan(0, length), 4, out var broken, out var leftover);

            Assert.Equal(length >= 6 ? ["6507"] : [], units);
            Assert.Equal(length is 4 or 5 or 10, broken);
            Assert.Equal(!broken && length is not (0 or 6), leftover > 0);
        }
    }

    [Fact]
    public void LengthPrefixed_LengthOf32Bits_IsBroken()
    {
        Assert.Empty(Units([0xFF, 0xFF, 0xFF, 0xFF, 0x65], 4, out var broken, out _));
        Assert.True(broken);
    }

    [Theory]
    [InlineData(new byte[] { 0, 0, 1, 0x67, 1, 0, 0, 1, 0x65, 9 })]
    [InlineData(new byte[] { 0, 0, 0, 1, 0x67, 1, 0, 0, 0, 1, 0x65, 9 })]
    [InlineData(new byte[] { 0, 0, 0, 1, 0x67, 1, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0x65, 9, 0, 0 })]
    public void AnnexB_StartCodesOfAnyLength_GivesNalUnits(byte[] data)
    {
        var units = new List<string>();
        foreach (var unit in AnnexB.Split(data))
        {
            units.Add(Convert.ToHexString(unit.Bytes));
        }

        Assert.True(AnnexB.StartsWithStartCode(data));
        Assert.Equal(["6701", "6509"], units);
    }

    [Theory]
    [InlineData(new byte[] { })]
    [InlineData(new byte[] { 0, 0 })]
    [InlineData(new byte[] { 0, 0, 0 })]
    [InlineData(new byte[] { 0, 0, 0, 2, 0x65, 1 })]
    [InlineData(new byte[] { 0, 0, 2 })]
    public void AnnexB_NoStartCodeInFront_IsNotOne(byte[] data) => Assert.False(AnnexB.StartsWithStartCode(data));

    [Theory]
    [InlineData(1, 255, true)]
    [InlineData(1, 256, false)]
    [InlineData(2, 65_535, true)]
    [InlineData(2, 65_536, false)]
    [InlineData(4, 65_536, true)]
    public void Repair_NalUnitLongerThanItsLengthCanSay_IsRefused(int lengthSize, int length, bool accepted)
    {
        byte[] data = [0, 0, 0, 1, 0x65, .. Enumerable.Repeat((byte)0x88, length - 1)];

        Assert.Equal(accepted, AccessUnitRepair.TryRepair(data, lengthSize, new ArrayBufferWriter<byte>()));
    }

    [Fact]
    public void Repair_AnySenderStyle_GivesTheSameNalUnits()
    {
        // The bytes 1 to 255 cannot make a start code, nor end a NAL unit in a zero.
        var unit = from header in Gen.Elements<byte>(0x65, 0x41, 0x67, 0x68, 0x06, 0x09)
                   from payload in Gen.Choose(1, 255).Select(value => (byte)value).NonEmptyListOf()
                   select (byte[])[header, .. payload];
        var cases = from units in unit.NonEmptyListOf()
                    from style in Gen.Choose(0, 4)
                    from longCodes in Gen.Elements(true, false)
                    select (Units: units.ToArray(), Style: style, LongCodes: longCodes);
        Prop.ForAll(cases.ToArbitrary(), sent =>
        {
            byte[] code = sent.LongCodes ? [0, 0, 0, 1] : [0, 0, 1];
            byte[] data = sent.Style switch
            {
                0 => Flatten(sent.Units.Select(u => Prefixed(u))),
                1 => Flatten(sent.Units.Select(u => Prefixed([.. code, .. u]))),
                2 => Prefixed(Flatten(sent.Units.Select(u => (byte[])[.. code, .. u]))),
                3 => Flatten(sent.Units.SelectMany(u => new[] { Prefixed([]), Prefixed(u) })),
                _ => [.. Flatten(sent.Units.Select(Prefixed)), 0, 0, 0],
            };
            var writer = new ArrayBufferWriter<byte>();

            Assert.True(AccessUnitRepair.TryRepair(data, 4, writer));

            Assert.Equal(Flatten(sent.Units.Select(Prefixed)), writer.WrittenSpan);
            Assert.True(AccessUnitScan.Of(writer.WrittenSpan, 4).IsConformant);
            Assert.Equal(sent.Style == 0, AccessUnitScan.Of(data, 4).IsConformant);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1_000));
    }

    [Theory]
    [InlineData("00000002 0910 00000002 6588 00000002 4188", true, true)] // The second field of an IDR picture.
    [InlineData("00000002 0910 00000002 4188", true, false)]
    [InlineData("00000002 4288 00000002 4388", true, false)] // Data partitions.
    [InlineData("00000002 6701 00000002 68CE", false, false)]
    [InlineData("00000003 06055F", false, false)]
    public void Scan_FirstSlice_DecidesWhatThePictureIs(string hex, bool hasPicture, bool isIdr)
    {
        var scan = AccessUnitScan.Of(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)), 4);

        Assert.True(scan.IsConformant);
        Assert.Equal((hasPicture, isIdr), (scan.HasPicture, scan.IsIdr));
    }

    private static byte[] Prefixed(byte[] unit) =>
        [(byte)(unit.Length >> 24), (byte)(unit.Length >> 16), (byte)(unit.Length >> 8), (byte)unit.Length, .. unit];

    private static byte[] Flatten(IEnumerable<byte[]> parts) => [.. parts.SelectMany(part => part)];

    private static List<string> Units(ReadOnlySpan<byte> data, int lengthSize, out bool broken, out int leftover)
    {
        var units = new List<string>();
        var enumerator = new LengthPrefixedNalUnits(data, lengthSize).GetEnumerator();
        while (enumerator.MoveNext())
        {
            units.Add(Convert.ToHexString(enumerator.Current.Bytes));
        }

        (broken, leftover) = (enumerator.IsBroken, enumerator.IsBroken ? 0 : enumerator.Leftover);
        return units;
    }
}
