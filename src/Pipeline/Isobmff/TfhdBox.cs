namespace Streaming.Pipeline.Isobmff;

/// <summary>Track Fragment Header Box. ISO/IEC 14496-12 §8.8.7, ISO/IEC 23000-19 §7.5.16.</summary>
internal readonly record struct TfhdBox(uint TrackId, SampleDefaults Defaults)
{
    private const uint DefaultSampleDurationPresent = 0x000008;
    private const uint DefaultSampleSizePresent = 0x000010;
    private const uint DefaultSampleFlagsPresent = 0x000020;
    private const uint DurationIsEmptyFlag = 0x010000;
    private const uint DefaultBaseIsMoof = 0x020000;

    /// <summary>The fragment has no samples of the track.</summary>
    public bool DurationIsEmpty { get; init; }

    public void Write(BoxWriter writer)
    {
        var flags = DefaultBaseIsMoof
            | (DurationIsEmpty ? DurationIsEmptyFlag : 0)
            | (Defaults.Duration is null ? 0 : DefaultSampleDurationPresent)
            | (Defaults.Size is null ? 0 : DefaultSampleSizePresent)
            | (Defaults.Flags is null ? 0 : DefaultSampleFlagsPresent);
        using (writer.Open("tfhd"u8, version: 0, flags))
        {
            writer.WriteUInt32(TrackId);
            if (Defaults.Duration is { } duration)
            {
                writer.WriteUInt32(duration);
            }

            if (Defaults.Size is { } size)
            {
                writer.WriteInt32(size);
            }

            if (Defaults.Flags is { } sampleFlags)
            {
                writer.WriteUInt32(sampleFlags);
            }
        }
    }
}
