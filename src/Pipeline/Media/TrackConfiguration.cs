namespace Streaming.Pipeline.Media;

/// <summary>What a decoder must know before the first sample of a track; the content of its CMAF header.</summary>
public abstract record TrackConfiguration
{
    public abstract TrackKind Kind { get; }

    /// <summary>The codecs parameter of RFC 6381, like <c>avc1.64001f</c> or <c>mp4a.40.2</c>.</summary>
    public required string Codec { get; init; }

    /// <summary>Ticks per second of the track's decode times.</summary>
    public required uint Timescale { get; init; }

    /// <summary>
    /// The decoder's own record (avcC record, AudioSpecificConfig), written by us: what means the same is the same bytes, however
    /// the encoder put it.
    /// </summary>
    public required ReadOnlyMemory<byte> DecoderConfiguration { get; init; }

    /// <summary>Whether a decoder set up for <paramref name="other"/> can go on with this one.</summary>
    public virtual bool Matches(TrackConfiguration? other) =>
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

    /// <summary>Width at which the picture is shown on square samples: stretched or squeezed, its height as it is.</summary>
    public int ShownWidth =>
        (int)Math.Max(1, Math.Round((double)Width * SampleAspectRatio.Width / SampleAspectRatio.Height));

    /// <summary>chroma_format_idc: 0 monochrome, 1 4:2:0, 2 4:2:2, 3 4:4:4.</summary>
    public byte ChromaFormat { get; init; } = 1;

    /// <summary>Bits of a sample, luma or chroma, whichever has more.</summary>
    public byte BitDepth { get; init; } = 8;

    /// <summary>Pictures may be interlaced: fields, or frames of field macroblocks.</summary>
    public bool MayBeInterlaced { get; init; }

    /// <summary>Pictures per second as the stream declares, 0 where it does not. A hint: what counts is when they come.</summary>
    public double DeclaredFrameRate { get; init; }

    /// <summary>
    /// Browsers and phones decode it: profile Baseline, Main or High, 4:2:0, 8 bits. The others are for studios, and the
    /// decoders in graphics chips do not know them.
    /// </summary>
    public bool IsWidelyDecoded =>
        ChromaFormat <= 1 && BitDepth == 8 && (Codec.StartsWith("avc1.42", StringComparison.OrdinalIgnoreCase)
            || Codec.StartsWith("avc1.4d", StringComparison.OrdinalIgnoreCase)
            || Codec.StartsWith("avc1.64", StringComparison.OrdinalIgnoreCase));

    // The same parameter sets in another order may begin with one of another size.
    public override bool Matches(TrackConfiguration? other) =>
        base.Matches(other) && other is VideoConfiguration video && (video.Width, video.Height) == (Width, Height);
}

/// <summary>Configuration of an AAC track. ISO/IEC 14496-3 §1.6.</summary>
public sealed record AudioConfiguration : TrackConfiguration
{
    /// <summary>Samples in an AAC frame, at the core's sampling rate, which is the track's timescale.</summary>
    public const int SamplesPerFrame = 1024;

    public override TrackKind Kind => TrackKind.Audio;

    /// <summary>Channels of the output.</summary>
    public required int Channels { get; init; }

    /// <summary>Channels that frames carry: those of the output, but one where parametric stereo makes two of it.</summary>
    public int CoreChannels { get => field > 0 ? field : Channels; init; }
}
