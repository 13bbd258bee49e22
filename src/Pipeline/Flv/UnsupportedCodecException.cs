namespace Streaming.Pipeline.Flv;

/// <summary>A publisher sends a codec that cannot be served. The message is a sentence for the broadcaster.</summary>
public sealed class UnsupportedCodecException : Exception
{
    private UnsupportedCodecException(string message)
        : base(message)
    {
    }

    internal static UnsupportedCodecException Video(string name) =>
        new($"{name} video is not supported; set the encoder to H.264.");

    internal static UnsupportedCodecException Audio(string name) =>
        new($"{name} audio is not supported; set the encoder to AAC-LC.");

    internal static UnsupportedCodecException Aac(string variant) =>
        new($"AAC {variant} is not supported; set the encoder to AAC-LC.");

    internal static UnsupportedCodecException AacChannels(int channels) => new(
        $"AAC with {(channels > 0 ? $"{channels} channels in this arrangement" : "this arrangement of channels")} is not supported; "
        + "set the encoder to mono, stereo or 5.1.");

    internal static UnsupportedCodecException AacFrequency(uint frequency) =>
        new($"AAC at {frequency} Hz is not supported; set the encoder to 48 kHz or 44.1 kHz.");
}
