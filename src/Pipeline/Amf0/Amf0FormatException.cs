namespace Streaming.Pipeline.Amf0;

/// <summary>The bytes are not AMF0, or are nested deeper than the reader allows: no value can be read any further.</summary>
internal sealed class Amf0FormatException(string message) : Exception(message);
