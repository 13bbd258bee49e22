using System.Globalization;

namespace Streaming.Pipeline.Transcoding;

/// <summary>
/// The ffmpeg command of a run: FLV on standard input, one FLV for each rung to a Unix socket. One decode, as many encodes
/// as there are rungs.
/// </summary>
public static class FfmpegArguments
{
    // Only IDR pictures that were asked for: no key frame by count (a minute at 60 fps) and none at scene changes.
    private const string GopMax = "3600";

    /// <param name="run">What to make.</param>
    /// <param name="options">The preset.</param>
    /// <param name="socketOf">The path of the socket that listens for a rung.</param>
    public static IReadOnlyList<string> For(TranscodeRun run, LadderOptions options, Func<LadderRung, string> socketOf)
    {
        List<string> arguments =
        [
            "-nostdin", "-hide_banner", "-loglevel", "warning",

            // Timestamps as they are, and the first picture out without waiting for a second one.
            "-copyts", "-flags", "low_delay", "-probesize", "32", "-analyzeduration", "0", "-fpsprobesize", "0",
            "-f", "flv", "-i", "pipe:0",
        ];

        // One picture out for one in, each at its time; those that are not interlaced pass as they are.
        var deinterlacing = run.Source.MayBeInterlaced ? "bwdif=mode=send_frame:deint=interlaced," : "";
        foreach (var rung in run.Rungs)
        {
            var (width, height) = Size(run.Source.ShownWidth, run.Source.Height, rung.Height);
            arguments.AddRange(
            [
                "-map", "0:v", "-vf", Invariant($"{deinterlacing}scale={width}:{height},setsar=1"), "-pix_fmt", "yuv420p",
                "-c:v", "libx264", "-preset", options.Preset, "-tune", "zerolatency",

                // Every picture keeps its time: none is doubled or dropped to fit a frame rate.
                "-fps_mode", "passthrough", "-enc_time_base", "-1",
                "-sc_threshold", "0", "-g", GopMax, "-force_key_frames", KeyFrames(run),
                "-b:v", Invariant($"{rung.BitRate}"),
                "-maxrate", Invariant($"{rung.BitRate + rung.BitRate / 5}"), "-bufsize", Invariant($"{rung.BitRate * 2}"),
                "-flush_packets", "1", "-flvflags", "no_duration_filesize", "-f", "flv", "unix://" + socketOf(rung),
            ]);
        }

        return arguments;
    }

    /// <summary>The rung's picture: the shorter side as high as the rung says, the shape as it is, both sides even.</summary>
    internal static (int Width, int Height) Size(int width, int height, int shorter)
    {
        var scale = shorter / (double)Math.Min(width, height);
        return width >= height ? (Even(width * scale), shorter) : (shorter, Even(height * scale));

        static int Even(double side) => Math.Max(2, (int)Math.Round(side / 2) * 2);
    }

    private static string KeyFrames(TranscodeRun run) => run.KeyFrameGrid is not { } grid
        ? "source"
        : Invariant(
            $"expr:if(isnan(prev_forced_t),1,gte(t,(floor(prev_forced_t/{grid.TotalSeconds})+1)*{grid.TotalSeconds}))");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
