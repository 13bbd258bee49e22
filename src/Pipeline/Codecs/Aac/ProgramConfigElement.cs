namespace Streaming.Pipeline.Codecs.Aac;

/// <summary>Program config element: channels that no channelConfiguration has. ISO/IEC 14496-3 §4.4.1.1.</summary>
internal static class ProgramConfigElement
{
    /// <summary>Reads to its end and returns how many channels it makes.</summary>
    public static int ReadChannels(ref BitReader reader)
    {
        reader.Skip(10); // element_instance_tag, object_type, sampling_frequency_index
        var front = reader.Read(4);
        var side = reader.Read(4);
        var back = reader.Read(4);
        var lowFrequency = reader.Read(2);
        var associatedData = reader.Read(3);
        var couplings = reader.Read(4);
        reader.Skip(reader.ReadFlag() ? 4 : 0); // mono mixdown
        reader.Skip(reader.ReadFlag() ? 4 : 0); // stereo mixdown
        reader.Skip(reader.ReadFlag() ? 3 : 0); // matrix mixdown

        var channels = (int)lowFrequency;
        for (var element = front + side + back; element > 0; element--)
        {
            channels += reader.ReadFlag() ? 2 : 1;
            reader.Skip(4);
        }

        reader.Skip((int)((4 * lowFrequency) + (4 * associatedData) + (5 * couplings)));
        reader.AlignToByte();
        reader.Skip(8 * (int)reader.Read(8)); // comment
        return channels;
    }
}
