namespace Streaming.Pipeline.Ffmpeg;

/// <summary>Arguments that several uses of ffmpeg have in common.</summary>
public static class FfmpegArguments
{
    /// <summary>
    /// Standard input, in a format that is known and whose header says all: nothing is read ahead to find out what is in it, so that the
    /// first picture comes out without waiting for a second one.
    /// </summary>
    /// <param name="format">The demuxer: <c>flv</c>, <c>mp4</c>.</param>
    public static IReadOnlyList<string> FromPipe(string format) =>
        ["-probesize", "32", "-analyzeduration", "0", "-fpsprobesize", "0", "-f", format, "-i", "pipe:0"];
}
