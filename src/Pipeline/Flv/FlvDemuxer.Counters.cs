namespace Streaming.Pipeline.Flv;

/// <summary>What was not passed on, or not as it came, by reason.</summary>
public sealed partial class FlvDemuxer
{
    /// <summary>Tags without a body, and frames without a payload.</summary>
    public long EmptyTags { get; private set; }

    /// <summary>Tags cut short within their header, or with a packet type that their codec does not have.</summary>
    public long MalformedTags { get; private set; }

    /// <summary>
    /// Packets that are none of a track that is served: commands, other tracks, unknown types, other scripts.
    /// </summary>
    public long SkippedPackets { get; private set; }

    /// <summary>
    /// Sequence headers and parameter sets that make no configuration; the one before stays in force.
    /// </summary>
    public long MalformedConfigurations { get; private set; }

    /// <summary>Frames dropped because no configuration had come.</summary>
    public long FramesBeforeConfiguration { get; private set; }

    /// <summary>Access units dropped because the lengths of their NAL units are wrong.</summary>
    public long MalformedAccessUnits { get; private set; }

    /// <summary>Access units dropped because there is no slice in them, often parameter sets sent ahead.</summary>
    public long AccessUnitsWithoutPicture { get; private set; }

    /// <summary>Access units passed on mended: start codes, empty NAL units or padding taken out.</summary>
    public long MendedAccessUnits { get; private set; }

    /// <summary>Audio frames passed on mended: an ADTS header taken off.</summary>
    public long MendedAudioFrames { get; private set; }

    /// <summary>Audio frames dropped because they are shorter than their ADTS header says, or it makes no sense.</summary>
    public long MalformedAudioFrames { get; private set; }

    /// <summary>All of them as they are now.</summary>
    public FlvCounts Counts => new(
        EmptyTags,
        MalformedTags,
        SkippedPackets,
        MalformedConfigurations,
        FramesBeforeConfiguration,
        MalformedAccessUnits,
        AccessUnitsWithoutPicture,
        MendedAccessUnits,
        MendedAudioFrames,
        MalformedAudioFrames);

    private FlvContent Skip()
    {
        SkippedPackets++;
        return FlvContent.Nothing;
    }

    private FlvContent DropMalformed()
    {
        MalformedTags++;
        return FlvContent.Nothing;
    }

    private FlvContent DropMalformedConfiguration()
    {
        MalformedConfigurations++;
        return FlvContent.Nothing;
    }
}
