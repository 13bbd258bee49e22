using Streaming.Cluster.Recordings;
using Streaming.Pipeline.Media;
using Streaming.Pipeline.Timelines;

namespace Streaming.Cluster.Tests.Recordings;

/// <summary>Journal entries of a made-up broadcast: segments of 2 s, 1,000 bytes in video and 100 in audio.</summary>
internal static class Stored
{
    public static readonly DateTimeOffset Start = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    public static readonly TimeSpan SegmentDuration = TimeSpan.FromSeconds(2);

    public static VideoConfiguration Video(int height, byte version = 1) => new()
    {
        Codec = "avc1.64001f",
        Timescale = MediaClock.TicksPerSecond,
        DecoderConfiguration = new byte[] { version, (byte)(height / 8), 3 },
        Width = height * 16 / 9,
        Height = height,
        SampleAspectRatio = (4, 3),
    };

    public static AudioConfiguration Audio { get; } = new()
    {
        Codec = "mp4a.40.2",
        Timescale = 48_000,
        DecoderConfiguration = new byte[] { 0x11, 0x90 },
        Channels = 2,
    };

    public static StoredSegment Segment(
        string rendition, TrackConfiguration configuration, long sequence, int initialization = 0, int discontinuities = 0)
    {
        var period = new Period(discontinuities, discontinuities * 900_000, Start + (discontinuities * 5 * SegmentDuration));
        var seconds = sequence * (long)SegmentDuration.TotalSeconds;
        return new(
            rendition,
            new Segment
            {
                Boundary = new SegmentBoundary
                {
                    MediaSequence = sequence,
                    DecodeTime = seconds * MediaClock.TicksPerSecond,
                    PresentationTime = seconds * MediaClock.TicksPerSecond + 7,
                    ProgramDateTime = Start.AddSeconds(seconds),
                    DiscontinuitySequence = discontinuities,
                    Period = discontinuities,
                    SourceIndependent = sequence % 2 == 0,
                },
                DecodeTime = seconds * configuration.Timescale,
                Duration = (long)SegmentDuration.TotalSeconds * configuration.Timescale,
                Initialization = initialization,
                Independent = true,
                Length = configuration.Kind == TrackKind.Video ? 1000 : 100,
            },
            configuration,
            period,
            configuration.Kind == TrackKind.Video ? 25 : 0);
    }
}
