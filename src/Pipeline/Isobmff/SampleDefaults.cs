namespace Streaming.Pipeline.Isobmff;

/// <summary>
/// What the samples of a run have in common, so that it is said once in the Track Fragment Header Box and not for each
/// sample in the Track Fragment Run Box. ISO/IEC 14496-12 §8.8.7, §8.8.8.
/// </summary>
/// <param name="Duration">The duration of all samples; null: they differ.</param>
/// <param name="Size">The size of all samples; null: they differ.</param>
/// <param name="Flags">The flags of all samples but the first; null: they differ.</param>
/// <param name="FirstFlags">The flags of the first sample where <see cref="Flags"/> does not hold for it.</param>
/// <param name="HasCompositionOffsets">Some sample is not shown when it is decoded.</param>
internal readonly record struct SampleDefaults(
    uint? Duration,
    int? Size,
    uint? Flags,
    uint? FirstFlags,
    bool HasCompositionOffsets)
{
    /// <summary>The defaults of a run that is not empty.</summary>
    public static SampleDefaults Of(ReadOnlySpan<TrunSample> samples)
    {
        var first = samples[0];
        var usual = samples[^1];
        bool sameDuration = true, sameSize = true, sameFlags = true;
        var hasOffsets = first.CompositionOffset != 0;
        foreach (ref readonly var sample in samples[1..])
        {
            sameDuration &= sample.Duration == first.Duration;
            sameSize &= sample.Size == first.Size;
            sameFlags &= sample.Flags == usual.Flags;
            hasOffsets |= sample.CompositionOffset != 0;
        }

        return new(
            sameDuration ? first.Duration : null,
            sameSize ? first.Size : null,
            sameFlags ? usual.Flags : null,
            sameFlags && first.Flags != usual.Flags ? first.Flags : null,
            hasOffsets);
    }
}
