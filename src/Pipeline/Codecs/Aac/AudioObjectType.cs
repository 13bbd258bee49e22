namespace Streaming.Pipeline.Codecs.Aac;

/// <summary>Audio object types that matter here. ISO/IEC 14496-3 Table 1.17.</summary>
public enum AudioObjectType : byte
{
    AacMain = 1,
    AacLc = 2,
    AacSsr = 3,
    AacLtp = 4,
    Sbr = 5,
    AacScalable = 6,
    TwinVq = 7,
    ErAacLc = 17,
    ErAacLtp = 19,
    ErAacScalable = 20,
    ErTwinVq = 21,
    ErBsac = 22,
    ErAacLd = 23,
    Ps = 29,
    ErAacEld = 39,
    Usac = 42,
}
