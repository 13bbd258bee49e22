namespace Streaming.Pipeline.Flv;

/// <summary>CodecID of VIDEODATA. Adobe FLV 10.1 §E.4.3.1.</summary>
internal enum VideoCodecId : byte
{
    Avc = 7,
}

/// <summary>What broadcasters call the codecs, those included that vendors gave a number to.</summary>
internal static class VideoCodecNames
{
    public static string NameOf(VideoCodecId codec) => (byte)codec switch
    {
        2 => "Sorenson H.263",
        3 or 6 => "Screen",
        4 or 5 => "VP6",
        12 => "HEVC",
        13 => "AV1",
        var number => $"Codec {number}",
    };
}
