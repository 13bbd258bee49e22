namespace Streaming.Pipeline.Media;

/// <summary>What a decoder must know before the first sample of a track; the content of its CMAF header.</summary>
public abstract record TrackConfiguration
{
    public abstract TrackKind Kind { get; }

    /// <summary>The codecs parameter of RFC 6381, like <c>avc1.64001f</c> or <c>mp4a.40.2</c>.</summary>
    public required string Codec { get; init; }

    /// <summary>Ticks per second of the track's decode times.</summary>
    public required uint Timescale { get; init; }

    /// <summary>The decoder's own record, byte for byte as the encoder sent it (avcC record, AudioSpecificConfig).</summary>
    public required ReadOnlyMemory<byte> DecoderConfiguration { get; init; }

    /// <summary>Whether a decoder set up for <paramref name="other"/> can go on with this one: the bytes are the same.</summary>
    public bool Matches(TrackConfiguration? other) =>
        other is not null && other.Kind == Kind && other.DecoderConfiguration.Span.SequenceEqual(DecoderConfiguration.Span);
}

/// <summary>Configuration of an H.264 track. ISO/IEC 14496-15 §5.3.3.</summary>
public sealed record VideoConfiguration : TrackConfiguration
{
    public override TrackKind Kind => TrackKind.Video;

    /// <summary>Width of the picture in luma samples, after cropping.</summary>
    public required int Width { get; init; }

    /// <summary>Height of the picture in luma samples, after cropping.</summary>
    public required int Height { get; init; }

    /// <summary>Sample aspect ratio, 1:1 when the stream does not say.</summary>
    public (int Width, int Height) SampleAspectRatio { get; init; } = (1, 1);
}

/// <summary>Configuration of an AAC track. ISO/IEC 14496-3 §1.6.</summary>
public sealed record AudioConfiguration : TrackConfiguration
{
    /// <summary>Samples in an AAC frame, at the core's sampling rate, which is the track's timescale.</summary>
    public const int SamplesPerFrame = 1024;

    public override TrackKind Kind => TrackKind.Audio;

    /// <summary>Channels of the output.</summary>
    public required int Channels { get; init; }
}
