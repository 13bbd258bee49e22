namespace Streaming.Pipeline.Codecs.Aac;

/// <summary>
/// The header in front of a frame in an Audio Data Transport Stream. ISO/IEC 14496-3 §1.A.3.2. It has no place in FLV, and some
/// encoders leave it there.
/// </summary>
/// <param name="ObjectType">Of the core coder: profile_ObjectType plus one.</param>
/// <param name="SamplingFrequency">Hz, of the core coder.</param>
/// <param name="ChannelConfiguration">channel_configuration</param>
/// <param name="Length">Bytes of the header: 7, with a checksum 9.</param>
/// <param name="FrameLength">Bytes of the frame, the header included.</param>
/// <param name="Blocks">raw_data_blocks behind the header.</param>
internal readonly record struct AdtsHeader(
    AudioObjectType ObjectType,
    uint SamplingFrequency,
    byte ChannelConfiguration,
    int Length,
    int FrameLength,
    int Blocks)
{
    private const int LengthMin = 7;
    private const int ChecksumLength = 2;

    /// <summary>
    /// Whether one begins here: syncword and layer. No raw frame begins so: its first three bits would say that it ends (ID_END)
    /// before it has a channel.
    /// </summary>
    public static bool IsAt(ReadOnlySpan<byte> data) => data.Length >= 2 && data[0] == 0xFF && (data[1] & 0xF6) == 0xF0;

    /// <summary>Reads one; false when it is cut short or makes no sense.</summary>
    public static bool TryRead(ReadOnlySpan<byte> data, out AdtsHeader header)
    {
        header = default;
        if (!IsAt(data) || data.Length < LengthMin)
        {
            return false;
        }

        var reader = new BitReader(data);
        reader.Skip(15); // syncword, ID, layer
        var length = reader.ReadFlag() ? LengthMin : LengthMin + ChecksumLength;
        var objectType = (AudioObjectType)(reader.Read(2) + 1);
        var frequency = Aac.SamplingFrequency.Of(reader.Read(4));
        reader.Skip(1); // private_bit
        var channels = (byte)reader.Read(3);
        reader.Skip(4); // original_copy, home, copyright_identification_bit, copyright_identification_start
        var frameLength = (int)reader.Read(13);
        reader.Skip(11); // adts_buffer_fullness
        header = new(objectType, frequency, channels, length, frameLength, Blocks: (int)reader.Read(2) + 1);
        return frequency > 0 && frameLength >= length;
    }

    /// <summary>What it says as an AudioSpecificConfig says it.</summary>
    public AudioSpecificConfig ToConfig() => new()
    {
        ObjectType = ObjectType,
        SamplingFrequency = SamplingFrequency,
        ChannelConfiguration = ChannelConfiguration,
        Elements = ChannelConfiguration,
        CoreChannels = ChannelConfiguration == 7 ? 8 : ChannelConfiguration,
        SamplesPerFrame = Media.AudioConfiguration.SamplesPerFrame,
        OutputFrequency = SamplingFrequency,
    };

    /// <summary>Whether a decoder set up by <paramref name="other"/> can go on with this one's frames.</summary>
    public bool IsConfiguredAs(in AdtsHeader other) =>
        (ObjectType, SamplingFrequency, ChannelConfiguration)
        == (other.ObjectType, other.SamplingFrequency, other.ChannelConfiguration);
}
