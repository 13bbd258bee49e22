using System.Buffers.Binary;
using System.Text;

namespace Streaming.Pipeline.Flv;

/// <summary>
/// What an encoder says of itself in onMetaData. Adobe FLV 10.1 §E.5. For display, and for what can be mended later: it is
/// often absent, old or wrong.
/// </summary>
/// <param name="Encoder">Name of the encoder.</param>
/// <param name="FrameRate">Pictures per second.</param>
/// <param name="VideoDataRate">kbit/s</param>
/// <param name="AudioDataRate">kbit/s</param>
public sealed record FlvMetadata(string? Encoder, double? FrameRate, double? VideoDataRate, double? AudioDataRate)
{
    /// <summary>Longest name of an encoder that is shown, in bytes.</summary>
    public const int EncoderLengthMax = 128;

    /// <summary>It says that there is audio: it names a codec or a sampling rate.</summary>
    public bool PromisesAudio { get; init; }

    /// <summary>Hz, null when it does not say.</summary>
    public double? AudioSampleRate { get; init; }

    /// <summary>Scans the top level of a script tag's object as far as it can be made out.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> body, out FlvMetadata? metadata)
    {
        metadata = null;
        var at = body.IndexOf("onMetaData"u8);
        if (at < 0)
        {
            return false;
        }

        var rest = body[(at + "onMetaData"u8.Length)..];
        const byte Object = 3, EcmaArray = 8;
        var skipped = rest.IsEmpty ? 0 : rest[0] switch { Object => 1, EcmaArray => 5, _ => 0 };
        if (skipped == 0 || rest.Length < skipped)
        {
            return false;
        }

        rest = rest[skipped..];
        metadata = new FlvMetadata(null, null, null, null);
        while (TryReadBytes(ref rest, 2, out var key) && TryReadValue(ref rest, out var number, out var text))
        {
            metadata = key switch
            {
                _ when key.SequenceEqual("encoder"u8) => metadata with { Encoder = Printable(text) },
                _ when key.SequenceEqual("framerate"u8) => metadata with { FrameRate = number },
                _ when key.SequenceEqual("videodatarate"u8) => metadata with { VideoDataRate = number },
                _ when key.SequenceEqual("audiodatarate"u8) => metadata with { AudioDataRate = number },
                _ when key.SequenceEqual("audiosamplerate"u8) => metadata with { AudioSampleRate = number, PromisesAudio = true },
                _ when key.SequenceEqual("audiocodecid"u8) => metadata with { PromisesAudio = true },
                _ => metadata,
            };
        }

        return true;
    }

    /// <summary>Reads a value of AMF0 without parts; false at one with parts, and at the end.</summary>
    private static bool TryReadValue(ref ReadOnlySpan<byte> rest, out double? number, out ReadOnlySpan<byte> text)
    {
        const byte Number = 0, Boolean = 1, String = 2, Null = 5, Undefined = 6, Date = 11, LongString = 12;
        number = null;
        text = default;
        if (rest.IsEmpty)
        {
            return false;
        }

        var type = rest[0];
        rest = rest[1..];
        switch (type)
        {
            case Number when rest.Length >= 8:
                var value = BinaryPrimitives.ReadDoubleBigEndian(rest);
                number = double.IsFinite(value) && value >= 0 ? value : null;
                rest = rest[8..];
                return true;
            case Boolean when rest.Length >= 1:
                rest = rest[1..];
                return true;
            case String:
                return TryReadBytes(ref rest, 2, out text);
            case LongString:
                return TryReadBytes(ref rest, 4, out text);
            case Date when rest.Length >= 10:
                rest = rest[10..];
                return true;
            default:
                return type is Null or Undefined;
        }
    }

    private static bool TryReadBytes(ref ReadOnlySpan<byte> rest, int lengthSize, out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        if (rest.Length < lengthSize)
        {
            return false;
        }

        var length = lengthSize == 2
            ? BinaryPrimitives.ReadUInt16BigEndian(rest)
            : BinaryPrimitives.ReadUInt32BigEndian(rest);
        if (length > (uint)(rest.Length - lengthSize))
        {
            return false;
        }

        bytes = rest.Slice(lengthSize, (int)length);
        rest = rest[(lengthSize + (int)length)..];
        return true;
    }

    private static string? Printable(ReadOnlySpan<byte> utf8)
    {
        var text = Encoding.UTF8.GetString(utf8[..Math.Min(utf8.Length, EncoderLengthMax)]);
        var printable = string.Concat(text.Where(c => !char.IsControl(c))).Trim();
        return printable.Length == 0 ? null : printable;
    }
}
