namespace Streaming.Pipeline.Codecs.Avc;

/// <summary>
/// CABAC slice data of a P picture of which every macroblock is skipped. ITU-T H.264 §7.3.4, §9.3.4.
/// </summary>
/// <remarks>
/// Each mb_skip_flag has the same context, and its value is always the more probable one.
/// </remarks>
internal ref struct SkippedMacroblocks
{
    /// <summary>SliceQP at which a skipped macroblock is the more probable one from the beginning.</summary>
    public const int Quantizer = 51;

    // pStateIdx of ctxIdx 11 with cabac_init_idc 0 at that SliceQP: ((23 · 51) >> 4) + 33 - 64. Table 9-13, equation 9-5.
    private const int InitialState = 42;
    private const int LastState = 62;

    private readonly BitWriter _bits;
    private int _low;
    private int _range = 510;
    private int _outstanding;
    private bool _isFirst = true;

    private SkippedMacroblocks(BitWriter bits) => _bits = bits;

    // rangeTabLPS from that state on. Table 9-44.
    private static ReadOnlySpan<byte> LessProbableRanges =>
    [
        16, 20, 23, 27, 15, 19, 22, 25, 14, 18, 21, 24, 14, 17, 20, 23, 13, 16, 19, 22, 12, 15, 18, 21, 12, 14, 17, 20,
        11, 14, 16, 19, 11, 13, 15, 18, 10, 12, 15, 17, 10, 12, 14, 16, 9, 11, 13, 15, 9, 11, 12, 14, 8, 10, 12, 14,
        8, 9, 11, 13, 7, 9, 11, 12, 7, 9, 10, 12, 7, 8, 10, 11, 6, 8, 9, 11, 6, 7, 9, 10, 6, 7, 8, 9,
    ];

    /// <summary>Writes so many of them behind a slice header, rbsp_stop_one_bit included.</summary>
    public static void Write(BitWriter bits, int macroblocks)
    {
        bits.AlignWithOnes();
        var encoder = new SkippedMacroblocks(bits);
        for (var index = 0; index < macroblocks; index++)
        {
            encoder.Skip(Math.Min(InitialState + index, LastState));
            encoder._range -= 2; // end_of_slice_flag
            if (index < macroblocks - 1)
            {
                encoder.Renormalize();
            }
        }

        encoder.Flush();
    }

    /// <summary>An mb_skip_flag of 1.</summary>
    private void Skip(int state)
    {
        _range -= LessProbableRanges[((state - InitialState) * 4) + ((_range >> 6) & 3)];
        Renormalize();
    }

    private void Renormalize()
    {
        for (; _range < 256; _range <<= 1, _low <<= 1)
        {
            if (_low < 256)
            {
                Put(0);
            }
            else if (_low >= 512)
            {
                _low -= 512;
                Put(1);
            }
            else
            {
                _low -= 256;
                _outstanding++;
            }
        }
    }

    private void Put(uint bit)
    {
        if (!_isFirst)
        {
            _bits.Write(bit, 1);
        }

        _isFirst = false;
        for (; _outstanding > 0; _outstanding--)
        {
            _bits.Write(1 - bit, 1);
        }
    }

    /// <summary>An end_of_slice_flag of 1; the last bit is the rbsp_stop_one_bit.</summary>
    private void Flush()
    {
        (_low, _range) = (_low + _range, 2);
        Renormalize();
        Put((uint)(_low >> 9) & 1);
        _bits.Write((uint)((_low >> 7) & 3) | 1, 2);
    }
}
