namespace Streaming.Pipeline.Codecs.Aac;

/// <summary>Program config element: which channel elements frames have, in their order. ISO/IEC 14496-3 §4.4.1.1.</summary>
/// <param name="Channels">Channels in all.</param>
/// <param name="Configuration">The channelConfiguration that has the same elements in the same order; 0 when none has.</param>
internal readonly record struct ProgramConfigElement(int Channels, byte Configuration)
{
    private const char Single = 's';
    private const char Pair = 'p';

    /// <summary>Reads to its end.</summary>
    public static ProgramConfigElement Read(ref BitReader reader)
    {
        reader.Skip(10); // element_instance_tag, object_type, sampling_frequency_index
        var front = (int)reader.Read(4);
        var side = (int)reader.Read(4);
        var back = (int)reader.Read(4);
        var lowFrequency = (int)reader.Read(2);
        var associatedData = (int)reader.Read(3);
        var couplings = (int)reader.Read(4);
        reader.Skip(reader.ReadFlag() ? 4 : 0); // mono mixdown
        reader.Skip(reader.ReadFlag() ? 4 : 0); // stereo mixdown
        reader.Skip(reader.ReadFlag() ? 3 : 0); // matrix mixdown

        Span<char> elements = stackalloc char[front + side + back];
        foreach (ref var element in elements)
        {
            element = reader.ReadFlag() ? Pair : Single;
            reader.Skip(4);
        }

        reader.Skip((4 * lowFrequency) + (4 * associatedData) + (5 * couplings));
        reader.AlignToByte();
        reader.Skip(8 * (int)reader.Read(8)); // comment
        return new(
            elements.Length + elements.Count(Pair) + lowFrequency,
            couplings > 0 ? (byte)0 : ConfigurationOf(elements[..front].ToString(), elements[front..].ToString(), lowFrequency));
    }

    /// <summary>
    /// Table 1.19, where surround channels are as well at the side as at the back: it is the order of elements that decoders
    /// go by.
    /// </summary>
    private static byte ConfigurationOf(string front, string surround, int lowFrequency) =>
        (front, surround, lowFrequency) switch
        {
            ("s", "", 0) => 1,
            ("p", "", 0) => 2,
            ("sp", "", 0) => 3,
            ("sp", "s", 0) => 4,
            ("sp", "p", 0) => 5,
            ("sp", "p", 1) => 6,
            ("spp", "p", 1) => 7,
            _ => 0,
        };
}
