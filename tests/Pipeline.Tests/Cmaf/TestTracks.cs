using Streaming.Pipeline.Media;

namespace Streaming.Pipeline.Tests.Cmaf;

/// <summary>Tracks for tests that look at boxes only.</summary>
internal static class TestTracks
{
    public static VideoConfiguration Video { get; } = new()
    {
        Codec = "avc1.64001f",
        Timescale = MediaClock.TicksPerSecond,
        DecoderConfiguration = Convert.FromHexString("0164001fffe100046764001f01000268ee"),
        Width = 1280,
        Height = 720,
    };

    public static AudioConfiguration Audio { get; } = new()
    {
        Codec = "mp4a.40.2",
        Timescale = 48_000,
        DecoderConfiguration = new byte[] { 0x11, 0x90 },
        Channels = 2,
    };
}
