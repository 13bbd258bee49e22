using Streaming.Pipeline.Media;

namespace Streaming.Pipeline.Codecs.Aac;

/// <summary>AudioSpecificConfig: what an AAC decoder is set up with. ISO/IEC 14496-3 §1.6.2.1.</summary>
public sealed record AudioSpecificConfig
{
    private const uint SyncExtensionSbr = 0x2B7;
    private const uint SyncExtensionPs = 0x548;
    private const uint UsualFrequency = 48_000;

    /// <summary>Output channels by channelConfiguration. ISO/IEC 14496-3 Table 1.19; 0 where it is reserved.</summary>
    private static readonly byte[] ChannelsByConfiguration = [0, 1, 2, 3, 4, 5, 6, 8, 0, 0, 0, 7, 8, 24, 8, 0];

    /// <summary>Of the core coder: with SBR, that below it.</summary>
    public required AudioObjectType ObjectType { get; init; }

    /// <summary>Hz, of the core coder.</summary>
    public required uint SamplingFrequency { get; init; }

    /// <summary>channelConfiguration; 0 means that a program config element says it.</summary>
    public required byte ChannelConfiguration { get; init; }

    /// <summary>
    /// The channelConfiguration that has the elements of its frames, be it said by number or by a program config element; 0
    /// where no number says it.
    /// </summary>
    public required byte Elements { get; init; }

    /// <summary>Channels that the core coder carries.</summary>
    public required int CoreChannels { get; init; }

    /// <summary>Samples of a frame at the core's frequency: 1024, or 960 in broadcasting systems.</summary>
    public required int SamplesPerFrame { get; init; }

    /// <summary>Hz at the output as the configuration says; twice the core's with SBR.</summary>
    public required uint OutputFrequency { get; init; }

    /// <summary>Spectral band replication is signalled explicitly (HE-AAC).</summary>
    public bool HasSbr { get; init; }

    /// <summary>Parametric stereo is signalled explicitly (HE-AAC v2).</summary>
    public bool HasPs { get; init; }

    /// <summary>Channels of the output.</summary>
    public int Channels => HasPs && CoreChannels == 1 ? 2 : CoreChannels;

    /// <summary>Decoders know its frequencies by their numbers.</summary>
    public bool HasStandardFrequencies =>
        Aac.SamplingFrequency.IsStandard(SamplingFrequency) && Aac.SamplingFrequency.IsStandard(OutputFrequency);

    /// <summary>The codecs parameter. RFC 6381 §3.3.</summary>
    public string Codec => $"mp4a.40.{(int)(HasPs ? AudioObjectType.Ps : HasSbr ? AudioObjectType.Sbr : ObjectType)}";

    /// <summary>AAC-LC in stereo, what most encoders send.</summary>
    /// <param name="samplingFrequency">Hz; 48 kHz where it is none that decoders know by its number.</param>
    public static AudioSpecificConfig Stereo(double? samplingFrequency)
    {
        var frequency = samplingFrequency is { } hz && Aac.SamplingFrequency.IsStandard((uint)hz) ? (uint)hz : UsualFrequency;
        return new()
        {
            ObjectType = AudioObjectType.AacLc,
            SamplingFrequency = frequency,
            ChannelConfiguration = 2,
            Elements = 2,
            CoreChannels = 2,
            SamplesPerFrame = AudioConfiguration.SamplesPerFrame,
            OutputFrequency = frequency,
        };
    }

    /// <summary>Reads one; false when it is cut short or uses what is reserved.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out AudioSpecificConfig? config)
    {
        config = null;
        var reader = new BitReader(bytes);
        var objectType = ReadObjectType(ref reader);
        var frequency = Aac.SamplingFrequency.Read(ref reader);
        var configuration = (byte)reader.Read(4);

        // Hierarchical signalling: the extension comes first, then the core that it extends.
        var hasPs = objectType == AudioObjectType.Ps;
        var hasSbr = hasPs || objectType == AudioObjectType.Sbr;
        var outputFrequency = frequency;
        if (hasSbr)
        {
            outputFrequency = Aac.SamplingFrequency.Read(ref reader);
            objectType = ReadObjectType(ref reader);
            reader.Skip(objectType == AudioObjectType.ErBsac ? 4 : 0);
        }

        var isShortFrame = false;
        var program = new ProgramConfigElement(ChannelsByConfiguration[configuration], configuration);
        if (IsGeneralAudio(objectType))
        {
            isShortFrame = reader.ReadFlag();
            reader.Skip(reader.ReadFlag() ? 14 : 0); // coreCoderDelay
            var hasExtension = reader.ReadFlag();
            program = configuration == 0 ? ProgramConfigElement.Read(ref reader) : program;
            SkipGeneralAudioExtension(ref reader, objectType, hasExtension);
        }

        if (reader.IsOverrun || frequency == 0 || outputFrequency == 0 || (program.Channels == 0 && IsGeneralAudio(objectType)))
        {
            return false;
        }

        if (!hasSbr && objectType == AudioObjectType.AacLc)
        {
            (hasSbr, hasPs, outputFrequency) = ReadSyncExtension(ref reader, frequency);
        }

        config = new AudioSpecificConfig
        {
            ObjectType = objectType,
            SamplingFrequency = frequency,
            ChannelConfiguration = configuration,
            Elements = program.Configuration,
            CoreChannels = program.Channels,
            SamplesPerFrame = isShortFrame ? 960 : AudioConfiguration.SamplesPerFrame,
            OutputFrequency = outputFrequency,
            HasSbr = hasSbr,
            HasPs = hasPs,
        };
        return true;
    }

    /// <summary>The configuration of an AAC-LC track, with an AudioSpecificConfig that says this in the one form of ours.</summary>
    public AudioConfiguration ToConfiguration() => new()
    {
        Codec = Codec,
        Timescale = SamplingFrequency,
        DecoderConfiguration = ToBytes(),
        Channels = Channels,
        CoreChannels = CoreChannels,
    };

    /// <summary>
    /// Writes it in the shortest form: frequencies and channels by their numbers where they have one, an extension where there is
    /// one, behind the core so that decoders which do not know it go on (backward compatible signalling).
    /// </summary>
    private byte[] ToBytes()
    {
        var writer = new BitWriter().Write((uint)AudioObjectType.AacLc, 5);
        Aac.SamplingFrequency.Write(writer, SamplingFrequency);
        writer.Write(Elements, 4).Write(0, 3); // frameLengthFlag, dependsOnCoreCoder, extensionFlag
        if (HasSbr)
        {
            writer.Write(SyncExtensionSbr, 11).Write((uint)AudioObjectType.Sbr, 5).Write(1, 1);
            Aac.SamplingFrequency.Write(writer, OutputFrequency);
            if (HasPs)
            {
                writer.Write(SyncExtensionPs, 11).Write(1, 1);
            }
        }

        return writer.ToArray();
    }

    private static AudioObjectType ReadObjectType(ref BitReader reader)
    {
        const uint Escape = 31;
        var type = reader.Read(5);
        return (AudioObjectType)(type == Escape ? 32 + reader.Read(6) : type);
    }

    /// <summary>Whether GASpecificConfig follows. ISO/IEC 14496-3 Table 1.15.</summary>
    private static bool IsGeneralAudio(AudioObjectType type) =>
        (byte)type is 1 or 2 or 3 or 4 or 6 or 7 or 17 or 19 or 20 or 21 or 22 or 23;

    private static void SkipGeneralAudioExtension(ref BitReader reader, AudioObjectType type, bool hasExtension)
    {
        reader.Skip(type is AudioObjectType.AacScalable or AudioObjectType.ErAacScalable ? 3 : 0); // layerNr
        if (!hasExtension)
        {
            return;
        }

        reader.Skip(type switch
        {
            AudioObjectType.ErBsac => 16, // numOfSubFrame, layer_length
            AudioObjectType.ErAacLc or AudioObjectType.ErAacLtp or AudioObjectType.ErAacScalable
                or AudioObjectType.ErAacLd => 3, // resilience flags
            _ => 0,
        });
        reader.Skip(1); // extensionFlag3
    }

    /// <summary>Backward compatible signalling: the extension stands where old decoders do not look.</summary>
    private static (bool HasSbr, bool HasPs, uint OutputFrequency) ReadSyncExtension(
        ref BitReader reader, uint frequency)
    {
        if (reader.Remaining < 16
            || reader.Read(11) != SyncExtensionSbr
            || ReadObjectType(ref reader) != AudioObjectType.Sbr
            || !reader.ReadFlag())
        {
            return (false, false, frequency);
        }

        var output = Aac.SamplingFrequency.Read(ref reader);
        var hasPs = reader.Remaining >= 12 && reader.Read(11) == SyncExtensionPs && reader.ReadFlag();
        return reader.IsOverrun || output == 0 ? (false, false, frequency) : (true, hasPs, output);
    }
}
