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
}
