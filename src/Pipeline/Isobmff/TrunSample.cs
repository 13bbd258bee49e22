namespace Streaming.Pipeline.Isobmff;

/// <summary>One sample's fields in a Track Fragment Run Box. ISO/IEC 14496-12 §8.8.8.</summary>
internal readonly record struct TrunSample(uint Duration, int Size, uint Flags, int CompositionOffset);
