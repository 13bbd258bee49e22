using System.Diagnostics.CodeAnalysis;
using System.Text;
using Streaming.Pipeline.Amf0;

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

    // Levels of objects and arrays. What is wanted is at the first.
    private const int DepthMax = 16;

    /// <summary>It says that there is audio: it names a codec or a sampling rate.</summary>
    public bool PromisesAudio { get; init; }

    /// <summary>Hz, null when it does not say.</summary>
    public double? AudioSampleRate { get; init; }

    /// <summary>Reads the object of a script tag as far as it can be made out; false where there is none.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> body, [NotNullWhen(true)] out FlvMetadata? metadata)
    {
        metadata = null;
        try
        {
            var reader = new Amf0Reader(body, DepthMax);
            if (FindsName(ref reader) && reader.TryEnterObject())
            {
                metadata = new FlvMetadata(null, null, null, null);
                while (reader.TryReadProperty(out var name))
                {
                    metadata = metadata.With(name, ref reader);
                }
            }
        }
        catch (Amf0FormatException)
        {
            // What came before the cut holds.
        }

        return metadata is not null;
    }

    /// <summary>Reads past the event's name, and past a server's <c>@setDataFrame</c> that was left before it.</summary>
    private static bool FindsName(ref Amf0Reader reader)
    {
        while (reader.TryReadString(out ReadOnlySpan<byte> name))
        {
            if (name.SequenceEqual("onMetaData"u8))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>With a property, whose value is read.</summary>
    private FlvMetadata With(ReadOnlySpan<byte> name, ref Amf0Reader reader)
    {
        switch (name)
        {
            case var _ when name.SequenceEqual("encoder"u8):
                return this with { Encoder = reader.TryReadString(out ReadOnlySpan<byte> text) ? Printable(text) : null };
            case var _ when name.SequenceEqual("framerate"u8):
                return this with { FrameRate = ReadNumber(ref reader) };
            case var _ when name.SequenceEqual("videodatarate"u8):
                return this with { VideoDataRate = ReadNumber(ref reader) };
            case var _ when name.SequenceEqual("audiodatarate"u8):
                return this with { AudioDataRate = ReadNumber(ref reader) };
            case var _ when name.SequenceEqual("audiosamplerate"u8):
                return this with { AudioSampleRate = ReadNumber(ref reader), PromisesAudio = true };
            case var _ when name.SequenceEqual("audiocodecid"u8):
                reader.Skip();
                return this with { PromisesAudio = true };
            default:
                reader.Skip();
                return this;
        }
    }

    private static double? ReadNumber(ref Amf0Reader reader) =>
        reader.TryReadNumber(out var value) && double.IsFinite(value) && value >= 0 ? value : null;

    private static string? Printable(ReadOnlySpan<byte> utf8)
    {
        var text = Encoding.UTF8.GetString(utf8[..Math.Min(utf8.Length, EncoderLengthMax)]);
        var printable = string.Concat(text.Where(c => !char.IsControl(c))).Trim();
        return printable.Length == 0 ? null : printable;
    }
}
