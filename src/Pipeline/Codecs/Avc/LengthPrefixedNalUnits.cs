namespace Streaming.Pipeline.Codecs.Avc;

/// <summary>
/// The NAL units of a sample, each behind its length, in a <c>foreach</c>. ISO/IEC 14496-15 §5.3.3.1
/// (NALUnitLength). Ends at the first length that is a lie: see <see cref="Enumerator.IsBroken"/>.
/// </summary>
/// <param name="data">The sample. Borrowed.</param>
/// <param name="lengthSize">Bytes in a length: 1, 2 or 4.</param>
public readonly ref struct LengthPrefixedNalUnits(ReadOnlySpan<byte> data, int lengthSize)
{
    private readonly ReadOnlySpan<byte> _data = data;

    public Enumerator GetEnumerator() => new(_data, lengthSize);

    /// <summary>Walks the lengths; the payloads are not looked at.</summary>
    public ref struct Enumerator(ReadOnlySpan<byte> data, int lengthSize)
    {
        private ReadOnlySpan<byte> _rest = data;

        public NalUnit Current { get; private set; }

        /// <summary>A length ran past the end: what it stood for cannot be known.</summary>
        public bool IsBroken { get; private set; }

        /// <summary>Bytes at the end that are too few for a length.</summary>
        public readonly int Leftover => _rest.Length;

        public bool MoveNext()
        {
            if (_rest.Length < lengthSize)
            {
                return false;
            }

            var length = 0u;
            for (var i = 0; i < lengthSize; i++)
            {
                length = (length << 8) | _rest[i];
            }

            if (length > (uint)(_rest.Length - lengthSize))
            {
                IsBroken = true;
                return false;
            }

            Current = new NalUnit(_rest.Slice(lengthSize, (int)length));
            _rest = _rest[(lengthSize + (int)length)..];
            return true;
        }
    }
}
