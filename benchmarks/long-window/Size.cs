namespace Streaming.LongWindow;

/// <summary>Bytes of a manifest, as it is and compressed.</summary>
internal readonly record struct Size(int Plain, int Gzip)
{
    public override string ToString() => $"{Plain} / {Gzip}";
}
