using System.Buffers;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Streaming.Pipeline.Amf0;

namespace Streaming.Pipeline.Tests.Amf0;

public sealed class Amf0Tests
{
    private const int DepthMax = 16;

    /// <summary>One value of every type of AMF0 §2 that can be written.</summary>
    private static readonly (string Name, byte[] Bytes)[] EveryType =
    [
        ("number", [0x00, 0x3F, 0xF0, 0, 0, 0, 0, 0, 0]),
        ("boolean", [0x01, 0x01]),
        ("string", [0x02, 0x00, 0x02, (byte)'h', (byte)'i']),
        ("object", [0x03, 0x00, 0x01, (byte)'a', 0x05, 0x00, 0x00, 0x09]),
        ("null", [0x05]),
        ("undefined", [0x06]),
        ("reference", [0x07, 0x00, 0x01]),
        ("ECMA array with a count that is wrong", [0x08, 0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0x01, (byte)'a', 0x05, 0x00, 0x00, 0x09]),
        ("strict array", [0x0A, 0x00, 0x00, 0x00, 0x02, 0x05, 0x01, 0x00]),
        ("date", [0x0B, 0x42, 0x78, 0, 0, 0, 0, 0, 0, 0x00, 0x00]),
        ("long string", [0x0C, 0x00, 0x00, 0x00, 0x02, (byte)'h', (byte)'i']),
        ("unsupported", [0x0D]),
        ("XML document", [0x0F, 0x00, 0x00, 0x00, 0x01, (byte)'x']),
        ("typed object", [0x10, 0x00, 0x01, (byte)'C', 0x00, 0x01, (byte)'a', 0x05, 0x00, 0x00, 0x09]),
    ];

    [Fact]
    public void EveryType_Skipped_EndsWhereTheNextBegins()
    {
        Assert.All(EveryType, value =>
        {
            var reader = new Amf0Reader([.. value.Bytes, 0x01, 0x01], DepthMax);
            reader.Skip();
            Assert.True(reader.TryReadBoolean(out var read) && read, value.Name);
            Assert.True(reader.IsAtEnd);
        });
    }

    [Fact]
    public void EveryType_CutAnywhere_IsAFormatErrorOrAnUnterminatedObject()
    {
        Assert.All(EveryType, value =>
        {
            for (var length = 1; length < value.Bytes.Length; length++)
            {
                var bytes = value.Bytes[..length];
                try
                {
                    var reader = new Amf0Reader(bytes, DepthMax);
                    reader.Skip();
                    Assert.Contains(bytes[0], new byte[] { 0x03, 0x08, 0x10 });
                    Assert.True(reader.IsAtEnd);
                }
                catch (Amf0FormatException)
                {
                }
            }
        });
    }

    [Fact]
    public void EveryType_ReadAsAnother_IsSkippedWhole()
    {
        Assert.All(EveryType, value =>
        {
            var reader = new Amf0Reader([.. value.Bytes, 0x06], DepthMax);
            if (!reader.TryReadDate(out _))
            {
                Assert.Equal(Amf0Marker.Undefined, reader.Next);
            }
        });
    }

    [Fact]
    public void UnterminatedObject_EndsWithTheBytes()
    {
        var reader = new Amf0Reader([0x03, 0x00, 0x01, (byte)'a', 0x01, 0x01], DepthMax);
        Assert.True(reader.TryEnterObject());
        Assert.True(reader.TryReadProperty(out var name));
        Assert.Equal("a"u8.ToArray(), name.ToArray());
        Assert.True(reader.TryReadBoolean(out _));
        Assert.False(reader.TryReadProperty(out _));
        Assert.True(reader.IsAtEnd);
    }

    [Fact]
    public void StrictArray_WithMoreValuesThanBytes_IsAFormatError() => Assert.Throws<Amf0FormatException>(
        () => new Amf0Reader([0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0x05], DepthMax).Skip());

    [Fact]
    public void Nesting_AtTheLimit_IsReadAndOneDeeperRefused()
    {
        byte[] Nested(int depth) => [.. Enumerable.Repeat((byte[])[0x0A, 0, 0, 0, 1], depth).SelectMany(b => b), 0x05];
        new Amf0Reader(Nested(DepthMax), DepthMax).Skip();
        Assert.Throws<Amf0FormatException>(() => new Amf0Reader(Nested(DepthMax + 1), DepthMax).Skip());
        Assert.Throws<Amf0FormatException>(() => new Amf0Reader(Nested(10_000), DepthMax).Skip());
    }

    [Theory]
    [InlineData(0x04)]
    [InlineData(0x09)]
    [InlineData(0x0E)]
    [InlineData(0x12)]
    [InlineData(0xFF)]
    public void UnknownMarker_IsAFormatError(byte marker) =>
        Assert.Throws<Amf0FormatException>(() => new Amf0Reader([marker, 0, 0], DepthMax).Skip());

    [Fact]
    public void Amf3Value_EndsWhatCanBeRead()
    {
        var reader = new Amf0Reader([0x11, 0x0A, 0x0B, 0x01], DepthMax);
        reader.Skip();
        Assert.True(reader.IsAtEnd);
    }

    [Fact]
    public void AnyValue_WrittenThenRead_IsTheSame()
    {
        var kinds = new HashSet<Type>();
        Prop.ForAll(Values(3).ToArbitrary(), value =>
        {
            Visit(value, kinds);
            var output = new ArrayBufferWriter<byte>();
            Write(new Amf0Writer(output), value);
            var reader = new Amf0Reader(output.WrittenSpan, DepthMax);
            Assert.Equivalent(value, Read(ref reader), strict: true);
            Assert.True(reader.IsAtEnd);

            var skipper = new Amf0Reader(output.WrittenSpan, DepthMax);
            skipper.Skip();
            Assert.True(skipper.IsAtEnd);
        }).QuickCheckThrowOnFailure();
        Assert.Equal(6, kinds.Count);
    }

    [Fact]
    public void LongString_Above65535Bytes_IsWrittenAndRead()
    {
        foreach (var length in (int[])[65_535, 65_536])
        {
            var output = new ArrayBufferWriter<byte>();
            new Amf0Writer(output).WriteString(new string('x', length));
            Assert.Equal(length == 65_535 ? 0x02 : 0x0C, output.WrittenSpan[0]);
            Assert.True(new Amf0Reader(output.WrittenSpan, DepthMax).TryReadString(out string read));
            Assert.Equal(length, read.Length);
        }
    }

    private static Gen<object> Values(int depth)
    {
        var text = Gen.Elements("", "app", "tcUrl", "é€😀", new string('k', 300));
        var scalars = Gen.OneOf(
            Gen.Choose(int.MinValue, int.MaxValue).Select(n => (object)(n / 3.0)),
            Gen.Elements<object>(true, false),
            text.Select(t => (object)t),
            Gen.Choose(0, int.MaxValue).Select(n => (object)new DateTime(2000, 1, 1).AddMilliseconds(n)));
        if (depth == 0)
        {
            return scalars;
        }

        var objects =
            from names in text.ListOf()
            from values in Values(depth - 1).ListOf()
            select (object)names.Where(n => n.Length > 0).Distinct().Zip(values).ToDictionary(p => p.First, p => p.Second);
        var arrays = Values(depth - 1).ListOf().Select(values => (object)values.Take(5).ToArray());
        return Gen.Frequency((3, scalars), (1, objects), (1, arrays));
    }

    private static void Visit(object value, HashSet<Type> kinds)
    {
        kinds.Add(value.GetType());
        foreach (var inner in value as IEnumerable<object> ?? (value as Dictionary<string, object>)?.Values ?? Enumerable.Empty<object>())
        {
            Visit(inner, kinds);
        }
    }

    private static void Write(Amf0Writer amf, object value)
    {
        switch (value)
        {
            case double number:
                amf.WriteNumber(number);
                break;
            case bool truth:
                amf.WriteBoolean(truth);
                break;
            case string text:
                amf.WriteString(text);
                break;
            case DateTime date:
                amf.WriteDate((date - DateTime.UnixEpoch).TotalMilliseconds);
                break;
            case Dictionary<string, object> map:
                amf.StartObject();
                foreach (var (name, inner) in map)
                {
                    amf.WriteName(name);
                    Write(amf, inner);
                }

                amf.EndObject();
                break;
            case object[] array:
                amf.StartStrictArray((uint)array.Length);
                foreach (var inner in array)
                {
                    Write(amf, inner);
                }

                break;
        }
    }

    private static object Read(ref Amf0Reader reader)
    {
        switch (reader.Next)
        {
            case Amf0Marker.Number:
                reader.TryReadNumber(out var number);
                return number;
            case Amf0Marker.Boolean:
                reader.TryReadBoolean(out var truth);
                return truth;
            case Amf0Marker.String:
                reader.TryReadString(out string text);
                return text;
            case Amf0Marker.Date:
                reader.TryReadDate(out var unixMs);
                return DateTime.UnixEpoch.AddMilliseconds(unixMs);
            case Amf0Marker.Object:
                var map = new Dictionary<string, object>();
                reader.TryEnterObject();
                while (reader.TryReadProperty(out var name))
                {
                    var key = Encoding.UTF8.GetString(name);
                    map.Add(key, Read(ref reader));
                }

                return map;
            default:
                Assert.True(reader.TryEnterArray(out var count));
                var array = new object[count];
                for (var i = 0; i < count; i++)
                {
                    array[i] = Read(ref reader);
                }

                reader.LeaveArray();
                return array;
        }
    }
}
