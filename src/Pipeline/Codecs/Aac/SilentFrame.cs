using Streaming.Pipeline.Media;

namespace Streaming.Pipeline.Codecs.Aac;

/// <summary>
/// An AAC frame of silence, which fills the places where a publisher sent no audio: a track without holes plays everywhere.
/// A raw_data_block whose channel elements have max_sfb 0. ISO/IEC 14496-3 §4.4.2.1.
/// </summary>
public static class SilentFrame
{
    private const int IdSce = 0;
    private const int IdCpe = 1;
    private const int IdLfe = 3;
    private const int IdEnd = 7;

    // Elements of each channelConfiguration in bitstream order. ISO/IEC 14496-3 table 1.19.
    private static readonly int[][] Elements =
    [
        [],
        [IdSce],
        [IdCpe],
        [IdSce, IdCpe],
        [IdSce, IdCpe, IdSce],
        [IdSce, IdCpe, IdCpe],
        [IdSce, IdCpe, IdCpe, IdLfe],
        [IdSce, IdCpe, IdCpe, IdCpe, IdLfe],
    ];

    private static readonly byte[][] Frames = [.. Elements.Select(Write)];

    /// <summary>
    /// The frame with the elements that a track's own frames have: those of the core coder, which with parametric stereo is mono.
    /// </summary>
    public static ReadOnlyMemory<byte> For(AudioConfiguration track) => For(track.CoreChannels);

    /// <summary>The frame for that many channels (1–6 or 8); stereo for a number that no configuration has.</summary>
    public static ReadOnlyMemory<byte> For(int channels) => channels switch
    {
        >= 1 and <= 6 => Frames[channels],
        8 => Frames[7],
        _ => Frames[2],
    };

    private static byte[] Write(int[] elements)
    {
        var bits = new BitWriter();
        Span<uint> tags = stackalloc uint[4];
        tags.Clear();
        foreach (var element in elements)
        {
            bits.Write((uint)element, 3).Write(tags[element]++, 4);
            if (element == IdCpe)
            {
                bits.Write(0, 1); // common_window
                PutChannelStream(bits);
            }

            PutChannelStream(bits);
        }

        return bits.Write(IdEnd, 3).ToArray();
    }

    /// <summary>individual_channel_stream with nothing in it: gain, ics_info, and the three flags of absent tools.</summary>
    private static void PutChannelStream(BitWriter bits) => bits.Write(0, 8 + 11 + 3);
}
