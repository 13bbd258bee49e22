namespace Streaming.Pipeline.Codecs.Avc;

/// <summary>
/// The parameter sets in force in a stream, out of its sequence header and in-band: at most one for each id, as
/// ITU-T H.264 §7.4.1.2.1 has it.
/// </summary>
internal sealed class ParameterSets
{
    /// <summary>In-band parameter sets longer than this, in bytes, are left where they are.</summary>
    public const int LengthMax = 1024;

    private readonly List<byte[]> _sequence = [];
    private readonly List<byte[]> _picture = [];

    /// <summary>There is enough of them to decode with.</summary>
    public bool IsComplete => _sequence.Count > 0 && _picture.Count > 0;

    /// <summary>Forgets everything but what <paramref name="record"/> has.</summary>
    public void Reset(AvcDecoderConfigurationRecord record)
    {
        _sequence.Clear();
        _picture.Clear();
        _sequence.AddRange(record.SequenceParameterSets.Select(set => set.ToArray()));
        _picture.AddRange(record.PictureParameterSets.Select(set => set.ToArray()));
    }

    /// <summary>Takes in a NAL unit. True when it is a parameter set that makes sense and was not known.</summary>
    public bool Observe(NalUnit unit)
    {
        if (!unit.IsParameterSet || IdOf(unit.Type, unit.Bytes) is not { } id || unit.Bytes.Length > LengthMax)
        {
            return false;
        }

        var isSequence = unit.Type == NalUnitType.SequenceParameterSet;
        var known = isSequence ? _sequence : _picture;
        var replaced = FindId(known, unit.Type, id);
        if (replaced >= 0 && unit.Bytes.SequenceEqual(known[replaced]))
        {
            return false;
        }

        var max = isSequence
            ? AvcDecoderConfigurationRecord.SequenceParameterSetsMax
            : AvcDecoderConfigurationRecord.PictureParameterSetsMax;
        if ((replaced < 0 && known.Count == max)
            || (isSequence && !SequenceParameterSet.TryRead(unit.Bytes, out _)))
        {
            return false;
        }

        if (replaced >= 0)
        {
            known.RemoveAt(replaced);
        }

        if (isSequence && replaced >= 0)
        {
            // Picture parameter sets speak of a sequence parameter set; those of the old one are sent again with the
            // new.
            _picture.Clear();
        }

        // The newest SPS is first, where the record's profile and the track's size are taken from.
        known.Insert(isSequence ? 0 : replaced >= 0 ? replaced : known.Count, unit.Bytes.ToArray());
        return true;
    }

    private static int FindId(List<byte[]> known, NalUnitType type, uint id)
    {
        for (var i = 0; i < known.Count; i++)
        {
            if (IdOf(type, known[i]) == id)
            {
                return i;
            }
        }

        return -1;
    }

    public AvcDecoderConfigurationRecord ToRecord(int lengthSize) => new()
    {
        LengthSize = lengthSize,
        SequenceParameterSets = [.. _sequence.Select(set => (ReadOnlyMemory<byte>)set)],
        PictureParameterSets = [.. _picture.Select(set => (ReadOnlyMemory<byte>)set)],
    };

    /// <summary>The id that a parameter set has, null when it has none that is allowed.</summary>
    internal static uint? IdOf(NalUnitType type, ReadOnlySpan<byte> nalUnit)
    {
        var isSequence = type == NalUnitType.SequenceParameterSet;
        var skipped = isSequence ? 4 : 1; // The header, and of an SPS profile, constraints and level.
        if (nalUnit.Length <= skipped)
        {
            return null;
        }

        var reader = new BitReader(nalUnit[skipped..]);
        var id = reader.ReadUe();
        return reader.IsOverrun || id > (isSequence ? 31 : 255) ? null : id;
    }
}
