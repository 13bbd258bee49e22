namespace Streaming.Pipeline.Codecs.Avc;

/// <summary>What one look at an access unit tells: whether it can be passed on as it is, and what is in it.</summary>
/// <param name="IsConformant">Lengths add up, no NAL unit is empty, none has a start code inside.</param>
/// <param name="HasPicture">There is a slice.</param>
/// <param name="IsIdr">The first slice is of an IDR picture.</param>
/// <param name="HasParameterSets">There is an SPS or a PPS.</param>
/// <param name="RecoveryFrames">See <see cref="Media.Frame.RecoveryFrames"/>.</param>
internal readonly record struct AccessUnitScan(
    bool IsConformant, bool HasPicture, bool IsIdr, bool HasParameterSets, int? RecoveryFrames)
{
    /// <summary>
    /// Scans <paramref name="data"/>. The first slice decides what the picture is: the slices of a picture are all IDR
    /// or none is (ITU-T H.264 §7.4.1), and where both fields of a frame come together the second of an IDR may be a P
    /// field. Beyond headers only the search for start codes touches the payload, at memory speed.
    /// </summary>
    public static AccessUnitScan Of(ReadOnlySpan<byte> data, int lengthSize)
    {
        var conformant = true;
        var parameterSets = false;
        var picture = NalUnitType.Unspecified;
        int? recovery = null;

        var units = new LengthPrefixedNalUnits(data, lengthSize).GetEnumerator();
        while (units.MoveNext())
        {
            var unit = units.Current;
            conformant &= !unit.IsEmpty && AnnexB.IndexOfStartCode(unit.Bytes) < 0;
            parameterSets |= unit.IsParameterSet;
            if (unit.Type == NalUnitType.SupplementalEnhancementInformation)
            {
                recovery ??= RecoveryPoint.FrameCount(unit);
            }

            if (picture == NalUnitType.Unspecified && unit.IsSlice)
            {
                picture = unit.Type;
            }
        }

        return new AccessUnitScan(
            IsConformant: conformant && !units.IsBroken && units.Leftover == 0,
            HasPicture: picture != NalUnitType.Unspecified,
            IsIdr: picture == NalUnitType.IdrSlice,
            HasParameterSets: parameterSets,
            RecoveryFrames: picture == NalUnitType.IdrSlice ? null : recovery);
    }
}
