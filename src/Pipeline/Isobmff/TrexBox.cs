namespace Streaming.Pipeline.Isobmff;

/// <summary>
/// Track Extends Box. ISO/IEC 14496-12 §8.8.3. Its defaults are zero: under <c>cmf2</c> every chunk brings its own.
/// ISO/IEC 23000-19 §7.7.
/// </summary>
internal readonly record struct TrexBox(uint TrackId)
{
    public void Write(BoxWriter writer)
    {
        using (writer.Open("trex"u8, version: 0, flags: 0))
        {
            writer.WriteUInt32(TrackId);
            writer.WriteUInt32(1); // default_sample_description_index
            writer.WriteUInt32(0); // default_sample_duration
            writer.WriteUInt32(0); // default_sample_size
            writer.WriteUInt32(0); // default_sample_flags
        }
    }
}
