using Streaming.Pipeline.Media;

namespace Streaming.Pipeline.Tests.Timelines;

/// <summary>Frames as publishers send them, without media in them.</summary>
internal static class TestFrames
{
    private static readonly byte[] Payload = [1, 2, 3];

    public static VideoConfiguration VideoTrack { get; } = new()
    {
        Codec = "avc1.64001f",
        Timescale = MediaClock.TicksPerSecond,
        DecoderConfiguration = new byte[] { 1, 1 },
        Width = 1280,
        Height = 720,
    };

    public static AudioConfiguration AudioTrack(uint rate = 48_000, int channels = 2) => new()
    {
        Codec = "mp4a.40.2",
        Timescale = rate,
        DecoderConfiguration = new[] { (byte)(rate / 1000), (byte)channels },
        Channels = channels,
    };

    public static Frame Picture(long ms, bool isSync = false, int compositionOffsetMs = 0) =>
        new(TrackKind.Video, unchecked((uint)ms), compositionOffsetMs, isSync, Payload);

    public static Frame Sound(long ms) => new(TrackKind.Audio, unchecked((uint)ms), 0, true, Payload);

    /// <summary>Pictures at a constant rate from a time on, rounded to the millisecond.</summary>
    public static IEnumerable<Frame> Pictures(double fps, int gop, double fromMs, double untilMs)
    {
        for (var index = 0; fromMs + (index * 1000 / fps) < untilMs; index++)
        {
            yield return Picture((long)Math.Round(fromMs + (index * 1000 / fps)), index % gop == 0);
        }
    }

    /// <summary>AAC frames without a gap from a time on, rounded to the millisecond.</summary>
    public static IEnumerable<Frame> Sounds(uint rate, double fromMs, double untilMs)
    {
        for (var index = 0; fromMs + (index * 1024_000.0 / rate) < untilMs; index++)
        {
            yield return Sound((long)Math.Round(fromMs + (index * 1024_000.0 / rate)));
        }
    }

    /// <summary>Both tracks as a publisher interleaves them: by time, a picture before a sound of the same millisecond.</summary>
    public static IEnumerable<Frame> Interleave(IEnumerable<Frame> pictures, IEnumerable<Frame> sounds) =>
        pictures.Concat(sounds).OrderBy(frame => frame.TimestampMs).ThenBy(frame => frame.Track);
}
