using System.Buffers;
using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Streaming.Pipeline.Text;

namespace Streaming.Pipeline.Tests.Text;

public sealed class Utf8WriterTests
{
    [Theory]
    [InlineData(0, 5, "0.00000")]
    [InlineData(200_533, 5, "2.00533")]
    [InlineData(7, 3, "0.007")]
    [InlineData(-1_050, 3, "-1.050")]
    [InlineData(-7, 1, "-0.7")]
    public void Fixed_Number_HasAllDecimals(long value, byte decimals, string expected)
    {
        var output = new ArrayBufferWriter<byte>();
        var text = new Utf8Writer(output);
        text.WriteFixed(value, decimals);
        text.Flush();
        Assert.Equal(expected, Encoding.UTF8.GetString(output.WrittenSpan));
    }

    [Theory]
    [InlineData("2026-01-02T03:04:05.6784999Z", "2026-01-02T03:04:05.678Z")]
    [InlineData("2026-01-02T03:04:05.6785000Z", "2026-01-02T03:04:05.679Z")]
    [InlineData("2026-12-31T23:59:59.9995Z", "2027-01-01T00:00:00.000Z")]
    [InlineData("2026-01-02T03:04:05+02:00", "2026-01-02T01:04:05.000Z")]
    public void Utc_Moment_IsRoundedToTheMillisecond(string moment, string expected)
    {
        var output = new ArrayBufferWriter<byte>();
        var text = new Utf8Writer(output);
        text.WriteUtc(DateTimeOffset.Parse(moment, CultureInfo.InvariantCulture));
        text.Flush();
        Assert.Equal(expected, Encoding.UTF8.GetString(output.WrittenSpan));
    }

    [Fact]
    public void Anything_OverManyChunks_ArrivesWholeAndInOrder() => Prop.ForAll<NonNull<string>, long, PositiveInt>(
        static (word, number, count) =>
        {
            // Half a surrogate pair has no UTF-8.
            var valid = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(word.Get));
            var output = new ArrayBufferWriter<byte>();
            var text = new Utf8Writer(output);
            var expected = new StringBuilder();
            for (var i = 0; i < count.Get * 100; i++)
            {
                text.Write(valid);
                text.Write(number);
                text.Write(",\n"u8);
                expected.Append(valid).Append(CultureInfo.InvariantCulture, $"{number}").Append(",\n");
            }

            text.Flush();
            Assert.Equal(expected.ToString(), Encoding.UTF8.GetString(output.WrittenSpan));
        }).QuickCheckThrowOnFailure();
}
