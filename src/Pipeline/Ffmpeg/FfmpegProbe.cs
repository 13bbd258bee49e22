using System.Diagnostics;
using System.Text;

namespace Streaming.Pipeline.Ffmpeg;

/// <summary>What came of asking a program what it is.</summary>
/// <param name="Build">What it is; null when it is no ffmpeg that answers.</param>
/// <param name="Problem">Why no rung can be made with it, in a sentence that names it; null when that can be.</param>
public sealed record FfmpegProbe(FfmpegBuild? Build, string? Problem)
{
    // What it says is some 20 kB.
    private const int AnswerLengthMax = 1024 * 1024;

    private const string VersionBegins = "ffmpeg version ";
    private const string ListBegins = "------";

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    /// <summary>Asks a program: two runs of it, a tenth of a second each. Does not throw.</summary>
    /// <param name="program">The program, as found on the path.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends it; so do ten seconds.</param>
    public static async Task<FfmpegProbe> RunAsync(string program, TimeProvider time, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(Timeout, time);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            if (VersionIn(await AskAsync(program, "-version", ending.Token).ConfigureAwait(false)) is not { } version)
            {
                return Failed("it does not say that it is ffmpeg");
            }

            var encoders = VideoEncodersIn(await AskAsync(program, "-encoders", ending.Token).ConfigureAwait(false));
            var build = new FfmpegBuild(version, encoders);
            return new(build, build.Problem is { } problem ? $"The transcoder '{program}' cannot be used. {problem}" : null);
        }
        catch (OperationCanceledException)
        {
            return Failed("it gave no answer");
        }
        catch (Exception e)
        {
            return Failed(e.Message.TrimEnd('.'));
        }

        FfmpegProbe Failed(string reason) => new(null, $"The transcoder '{program}' cannot be used: {reason}.");
    }

    /// <summary>The version that it tells in its first line.</summary>
    internal static string? VersionIn(string said)
    {
        if (!said.StartsWith(VersionBegins, StringComparison.Ordinal))
        {
            return null;
        }

        var version = said.AsSpan(VersionBegins.Length);
        return version[..Math.Max(0, version.IndexOfAny(' ', '\n'))].ToString() is { Length: > 0 } found ? found : null;
    }

    /// <summary>
    /// The encoders of video in its list, behind what the letters mean: <c> V....D libx264 …</c>.
    /// </summary>
    internal static IReadOnlyList<string> VideoEncodersIn(string said) =>
    [
        .. said.Split('\n')
            .SkipWhile(static line => line.Trim() != ListBegins)
            .Select(static line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(static words => words is [['V', ..], _, ..])
            .Select(static words => words[1]),
    ];

    /// <exception cref="IOException">It failed.</exception>
    private static async Task<string> AskAsync(string program, string question, CancellationToken cancellationToken)
    {
        var process = await FfmpegProcess
            .StartAsync(program, ["-hide_banner", question], ProcessPriorityClass.BelowNormal).ConfigureAwait(false);
        await using (process.ConfigureAwait(false))
        {
            var reading = process.ReadOutputAsync(AnswerLengthMax, cancellationToken);
            if (await Task.WhenAny(reading, process.Exited).ConfigureAwait(false) == reading)
            {
                await reading.ConfigureAwait(false); // Too much of it, and there may be no end.
            }

            var exit = await process.ExitAsync(cancellationToken).ConfigureAwait(false);
            return exit.Code == 0
                ? Encoding.UTF8.GetString(await reading.ConfigureAwait(false))
                : throw new IOException(exit.LastWords);
        }
    }
}
