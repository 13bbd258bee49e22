using System.Globalization;

namespace Streaming.Pipeline.Ffmpeg;

/// <summary>A build of ffmpeg, as it tells of itself: its version and what it encodes video with.</summary>
/// <param name="Version">As it writes it: <c>5.1.9-0+deb12u1</c>, <c>n6.1</c>, <c>N-109468-gd39b34123d</c>.</param>
/// <param name="VideoEncoders">Names of the encoders that were compiled in; whether the hardware for one is there, it does not tell.</param>
public sealed record FfmpegBuild(string Version, IReadOnlyList<string> VideoEncoders)
{
    /// <summary>The encoder of all rungs.</summary>
    public const string Encoder = "libx264";

    /// <summary>The first version with <c>-fps_mode</c>.</summary>
    public static readonly Version VersionLeast = new(5, 1);

    // H.264 by NVIDIA, by Intel, by Linux's two ways to any other.
    private static readonly string[] OfHardware = ["h264_nvenc", "h264_qsv", "h264_vaapi", "h264_v4l2m2m"];

    /// <summary>Encoders of H.264 for hardware that were compiled in.</summary>
    public IEnumerable<string> HardwareEncoders => OfHardware.Intersect(VideoEncoders);

    /// <summary>Why no rung can be made with it, in a sentence; null when that can be.</summary>
    public string? Problem =>
        Number is { } number && number < VersionLeast
            ? $"Its version is {Version}, which is too old; {VersionLeast} or newer is needed."
        : !VideoEncoders.Contains(Encoder) ? $"It was built without {Encoder}, which encodes H.264; another build of it is needed."
        : null;

    /// <summary>Major and minor number; null of a build between versions: whoever made it knows what it can do.</summary>
    private Version? Number =>
        Version.TrimStart('n').Split('.') is [var major, var minor, ..]
        && int.TryParse(major, NumberStyles.None, CultureInfo.InvariantCulture, out var first)
        && int.TryParse(string.Concat(minor.TakeWhile(char.IsAsciiDigit)), NumberStyles.None, CultureInfo.InvariantCulture, out var second)
            ? new(first, second)
            : null;
}
