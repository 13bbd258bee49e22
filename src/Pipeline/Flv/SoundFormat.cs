namespace Streaming.Pipeline.Flv;

/// <summary>SoundFormat of AUDIODATA. Adobe FLV 10.1 §E.4.2.1, and ExHeader of Enhanced RTMP.</summary>
internal enum SoundFormat : byte
{
    ExHeader = 9,
    Aac = 10,
}

/// <summary>What broadcasters call the formats.</summary>
internal static class SoundFormatNames
{
    public static string NameOf(SoundFormat format) => (byte)format switch
    {
        0 or 3 => "PCM",
        1 => "ADPCM",
        2 or 14 => "MP3",
        4 or 5 or 6 => "Nellymoser",
        7 or 8 => "G.711",
        11 => "Speex",
        13 => "Opus",
        var number => $"Format {number}",
    };
}
