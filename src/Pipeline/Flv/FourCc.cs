using System.Buffers.Binary;

namespace Streaming.Pipeline.Flv;

/// <summary>Codec identifiers of four characters. Enhanced RTMP v2, VideoFourCc and AudioFourCc.</summary>
/// <param name="Value">The characters, the first in the highest byte.</param>
internal readonly record struct FourCc(uint Value)
{
    public const int Length = 4;

    public static readonly FourCc Avc = Of("avc1"u8);
    public static readonly FourCc Aac = Of("mp4a"u8);

    public static FourCc Of(ReadOnlySpan<byte> characters) =>
        new(BinaryPrimitives.ReadUInt32BigEndian(characters));

    /// <summary>What a broadcaster calls the codec.</summary>
    public string CodecName => ToString() switch
    {
        "hvc1" or "hev1" => "HEVC",
        "vvc1" => "VVC",
        "av01" => "AV1",
        "vp08" => "VP8",
        "vp09" => "VP9",
        "Opus" => "Opus",
        "fLaC" => "FLAC",
        ".mp3" => "MP3",
        "ac-3" => "AC-3",
        "ec-3" => "E-AC-3",
        var other => $"'{other}'",
    };

    public override string ToString()
    {
        ReadOnlySpan<byte> characters = [(byte)(Value >> 24), (byte)(Value >> 16), (byte)(Value >> 8), (byte)Value];
        return string.Create(Length, characters, static (text, bytes) =>
        {
            for (var i = 0; i < text.Length; i++)
            {
                text[i] = bytes[i] is > 0x1F and < 0x7F ? (char)bytes[i] : '?';
            }
        });
    }
}
