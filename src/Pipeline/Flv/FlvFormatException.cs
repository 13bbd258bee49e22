namespace Streaming.Pipeline.Flv;

/// <summary>The bytes are not FLV, or are it no more: the stream cannot be read any further.</summary>
public sealed class FlvFormatException(string message) : Exception(message);
