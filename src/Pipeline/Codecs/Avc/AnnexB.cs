namespace Streaming.Pipeline.Codecs.Avc;

/// <summary>The byte stream format: NAL units behind start codes instead of lengths. ITU-T H.264 Annex B.</summary>
public static class AnnexB
{
    private static ReadOnlySpan<byte> StartCode => [0, 0, 1];

    /// <summary>Whether the first NAL unit is behind a start code of three or four bytes.</summary>
    public static bool StartsWithStartCode(ReadOnlySpan<byte> data) =>
        data.StartsWith(StartCode) || (data.Length > 3 && data[0] == 0 && data[1..].StartsWith(StartCode));

    /// <summary>
    /// Where the first three-byte start code begins, -1 when there is none. Emulation prevention keeps these three
    /// bytes out of every NAL unit (§7.4.1), so one within a NAL unit is a boundary that the sender overlooked.
    /// </summary>
    public static int IndexOfStartCode(ReadOnlySpan<byte> data) => data.IndexOf(StartCode);

    /// <summary>
    /// The NAL units of a byte stream, empty ones left out. What precedes the first start code is one too.
    /// </summary>
    public static NalUnits Split(ReadOnlySpan<byte> data) => new(data);

    /// <summary>Enumerates the NAL units of a byte stream, in a <c>foreach</c>.</summary>
    public ref struct NalUnits(ReadOnlySpan<byte> data)
    {
        private ReadOnlySpan<byte> _rest = data;

        public NalUnit Current { get; private set; }

        public readonly NalUnits GetEnumerator() => this;

        public bool MoveNext()
        {
            while (!_rest.IsEmpty)
            {
                var end = IndexOfStartCode(_rest);
                var unit = end < 0 ? _rest : _rest[..end];
                _rest = end < 0 ? default : _rest[(end + StartCode.Length)..];

                // No NAL unit ends in a zero byte (§7.4.1): those belong to the next start code, or are padding.
                unit = unit.TrimEnd((byte)0);
                if (!unit.IsEmpty)
                {
                    Current = new NalUnit(unit);
                    return true;
                }
            }

            return false;
        }
    }
}
