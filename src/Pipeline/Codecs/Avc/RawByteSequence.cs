namespace Streaming.Pipeline.Codecs.Avc;

/// <summary>RBSP: a NAL unit's payload without emulation prevention. ITU-T H.264 §7.3.1.</summary>
internal static class RawByteSequence
{
    /// <summary>
    /// Copies <paramref name="payload"/> without its emulation_prevention_three_bytes as far as there is room, and
    /// returns how much that is.
    /// </summary>
    public static int Extract(ReadOnlySpan<byte> payload, Span<byte> destination)
    {
        var written = 0;
        var zeros = 0;
        foreach (var value in payload)
        {
            if (zeros >= 2 && value == 3)
            {
                zeros = 0;
                continue;
            }

            if (written == destination.Length)
            {
                break;
            }

            zeros = value == 0 ? zeros + 1 : 0;
            destination[written++] = value;
        }

        return written;
    }

    /// <summary>Appends <paramref name="payload"/> with emulation_prevention_three_bytes where it needs them.</summary>
    public static void Append(ReadOnlySpan<byte> payload, List<byte> nalUnit)
    {
        var zeros = 0;
        foreach (var value in payload)
        {
            if (zeros >= 2 && value <= 3)
            {
                nalUnit.Add(3);
                zeros = 0;
            }

            zeros = value == 0 ? zeros + 1 : 0;
            nalUnit.Add(value);
        }
    }
}
