using System.Globalization;
using Streaming.Pipeline.Ffmpeg;
using Streaming.Pipeline.Media;

namespace Streaming.Pipeline.Transcoding;

/// <summary>
/// The ffmpeg command of a run: FLV on standard input, one FLV for each rung to a Unix socket. One decode, as many encodes
/// as there are rungs.
/// </summary>
public static class TranscodeArguments
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

            // Timestamps as they are, and each picture out as soon as it is decoded.
            "-copyts", "-flags", "low_delay", .. FfmpegArguments.FromPipe("flv"),
        ];
        if (run.Source.MayBeInterlaced)
        {
            arguments.AddRange(["-filter_complex", Deinterlaced(run)]);
        }

        for (var index = 0; index < run.Rungs.Count; index++)
        {
            var rung = run.Rungs[index];
            arguments.AddRange(run.Source.MayBeInterlaced
                ? ["-map", Invariant($"[rung{index}]")]
                : ["-map", "0:v", "-vf", Scaled(run, rung)]);
            arguments.AddRange(
            [
                "-pix_fmt", "yuv420p",
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

    /// <summary>
    /// Deinterlaces once for all rungs: it costs as much as an encode of a small one. One picture out for one in, each at its time;
    /// those that are not interlaced pass as they are.
    /// </summary>
    private static string Deinterlaced(TranscodeRun run)
    {
        var indices = Enumerable.Range(0, run.Rungs.Count).ToList();
        return Invariant($"[0:v]bwdif=mode=send_frame:deint=interlaced,split={indices.Count}")
            + string.Concat(indices.Select(static index => Invariant($"[whole{index}]")))
            + string.Concat(indices.Select(index => Invariant($";[whole{index}]{Scaled(run, run.Rungs[index])}[rung{index}]")));
    }

    /// <summary>The source as it is shown, on square samples; without what an earlier run made of it.</summary>
    private static string Scaled(TranscodeRun run, LadderRung rung)
    {
        var (width, height) = Size(run.Source.ShownWidth, run.Source.Height, rung.Height);
        var scaled = Invariant($"scale={width}:{height},setsar=1");
        return run.Seams.TryGetValue(rung.Name, out var seam)
            ? Invariant($"trim=start={(run.Clock.ToMs(seam.LastPresentationTime) + 1) / 1000m},{scaled}")
            : scaled;
    }

    /// <summary>The rung's picture: the shorter side as high as the rung says, the shape as it is, both sides even.</summary>
    internal static (int Width, int Height) Size(int width, int height, int shorter)
    {
        var scale = shorter / (double)Math.Min(width, height);
        return width >= height ? (Even(width * scale), shorter) : (shorter, Even(height * scale));

        static int Even(double side) => Math.Max(2, (int)Math.Round(side / 2) * 2);
    }

    /// <summary>
    /// The source's key frames, or the grid's. ffmpeg counts its t from the first picture that is encoded, so that the run's
    /// beginning is added; half a millisecond keeps a picture that is on the grid from being a rounding error before it.
    /// </summary>
    private static string KeyFrames(TranscodeRun run)
    {
        if (run.KeyFrameGrid is not { } grid)
        {
            return "source";
        }

        var sinceGridMs = run.Beginning / MediaClock.TicksPerMs % (long)grid.TotalMilliseconds;
        var added = sinceGridMs == 0 ? "" : Invariant($"+{(sinceGridMs + 0.5) / 1000}");
        var previous = added.Length == 0 ? "prev_forced_t" : $"(prev_forced_t{added})";
        return Invariant(
            $"expr:if(isnan(prev_forced_t),1,gte(t{added},(floor({previous}/{grid.TotalSeconds})+1)*{grid.TotalSeconds}))");
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
