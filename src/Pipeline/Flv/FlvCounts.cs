namespace Streaming.Pipeline.Flv;

/// <summary>The counters of a <see cref="FlvDemuxer"/> at one moment, or what was added from one moment to another.</summary>
public readonly record struct FlvCounts(
    long EmptyTags,
    long MalformedTags,
    long SkippedPackets,
    long MalformedConfigurations,
    long FramesBeforeConfiguration,
    long MalformedAccessUnits,
    long AccessUnitsWithoutPicture,
    long MendedAccessUnits,
    long MendedAudioFrames,
    long MalformedAudioFrames)
{
    /// <summary>What was added since <paramref name="before"/>.</summary>
    public static FlvCounts operator -(in FlvCounts now, in FlvCounts before) => new(
        now.EmptyTags - before.EmptyTags,
        now.MalformedTags - before.MalformedTags,
        now.SkippedPackets - before.SkippedPackets,
        now.MalformedConfigurations - before.MalformedConfigurations,
        now.FramesBeforeConfiguration - before.FramesBeforeConfiguration,
        now.MalformedAccessUnits - before.MalformedAccessUnits,
        now.AccessUnitsWithoutPicture - before.AccessUnitsWithoutPicture,
        now.MendedAccessUnits - before.MendedAccessUnits,
        now.MendedAudioFrames - before.MendedAudioFrames,
        now.MalformedAudioFrames - before.MalformedAudioFrames);
}
