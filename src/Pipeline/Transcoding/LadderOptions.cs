using Streaming.Pipeline.Media;

namespace Streaming.Pipeline.Transcoding;

/// <summary>One quality that the source is transcoded to.</summary>
/// <param name="Name">Name in addresses and menus, like <c>720p</c>: 1 to 32 ASCII letters and digits.</param>
/// <param name="Height">Luma samples of the shorter side, even, 16 to 4,320.</param>
/// <param name="BitRate">Video bit rate in bit/s, 10,000 to 200,000,000.</param>
public sealed record LadderRung(string Name, int Height, int BitRate)
{
    private const int NameLengthMax = 32;

    // What stands beside rungs in addresses.
    private static readonly string[] NamesTaken = ["source", "audio", "thumbnails"];

    /// <summary>Whether all three can be as they are.</summary>
    public bool IsPossible =>
        Name is { Length: > 0 and <= NameLengthMax } && Name.All(char.IsAsciiLetterOrDigit)
        && !NamesTaken.Contains(Name, StringComparer.OrdinalIgnoreCase)
        && Height is >= 16 and <= 4320 && Height % 2 == 0
        && BitRate is >= 10_000 and <= 200_000_000;
}

/// <summary>Which qualities a source is transcoded to, and with what.</summary>
public sealed record LadderOptions
{
    private const int BacklogBytesLeast = 1 << 20, BacklogBytesMost = 64 << 20;

    private const int RunsLeast = 1, RunsMost = 1024;

    private static readonly TimeSpan StallTimeoutLeast = TimeSpan.FromSeconds(2), StallTimeoutMost = TimeSpan.FromSeconds(60);

    private static readonly string[] Presets =
        ["ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow", "placebo"];

    /// <summary>Transcode at all. Default true. Without, viewers get the source alone, at next to no cost.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>
    /// The qualities, any order. A source gets those below its own height: it is never scaled up, and its own height is
    /// the source itself. One that browsers cannot decode gets its own height too, and is given at least one. Default (also when
    /// empty) 240p to 1440p.
    /// </summary>
    public IReadOnlyList<LadderRung> Rungs { get; init; } = [];

    /// <summary>
    /// x264's preset, <c>ultrafast</c> to <c>placebo</c>, default <c>veryfast</c>. Slower ones look better at the same bit
    /// rate and cost far more CPU.
    /// </summary>
    public string Preset { get; init; } = "veryfast";

    /// <summary>The program to run, default <c>ffmpeg</c> as found on the path.</summary>
    public string Ffmpeg { get; init; } = "ffmpeg";

    /// <summary>
    /// Media that may wait for the transcoder, in bytes. 1–64 MiB, default 8 MiB: about 25 s of a 2.5 Mbit/s source. A run
    /// that is further behind is ended.
    /// </summary>
    public int BacklogBytesMax { get; init; } = 8 * 1024 * 1024;

    /// <summary>Time without any output after which a run counts as hung. 2–60 s, default 5 s.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Runs of the transcoder that this node works on at once. 1–1,024, default 256: far more than its cores can do, so that what is slow
    /// is decided by what is measured. A broadcast has one, for a moment two.
    /// </summary>
    public int RunsMax { get; init; } = 256;

    private const int BitRateMin = 100_000;

    /// <summary>The ladder used unless configured otherwise.</summary>
    public static IReadOnlyList<LadderRung> DefaultRungs { get; } =
    [
        new("240p", 240, 400_000),
        new("360p", 360, 800_000),
        new("480p", 480, 1_400_000),
        new("720p", 720, 2_800_000),
        new("1080p", 1080, 5_000_000),
        new("1440p", 1440, 9_000_000),
    ];

    /// <summary>What is wrong with them, in sentences that begin with the option; empty when nothing is.</summary>
    public IEnumerable<string> Problems()
    {
        foreach (var name in Rungs.GroupBy(rung => rung.Name).Where(rungs => rungs.Count() > 1).Select(rungs => rungs.Key))
        {
            yield return $"{nameof(Rungs)} has more than one '{name}'.";
        }

        foreach (var rung in Rungs.Where(rung => !rung.IsPossible))
        {
            yield return $"{nameof(Rungs)} has {rung}: the name takes letters and digits and is not 'source', 'audio' or 'thumbnails', "
                + "the height is even and from 16 to 4320, the bit rate is from 10,000 to 200,000,000 bit/s.";
        }

        if (!Presets.Contains(Preset))
        {
            yield return $"{nameof(Preset)} is '{Preset}'; it has to be one of x264's: {string.Join(", ", Presets)}.";
        }

        if (string.IsNullOrWhiteSpace(Ffmpeg))
        {
            yield return $"{nameof(Ffmpeg)} is empty; it has to be a program, such as 'ffmpeg'.";
        }

        if (BacklogBytesMax is < BacklogBytesLeast or > BacklogBytesMost)
        {
            yield return $"{nameof(BacklogBytesMax)} is {BacklogBytesMax}; it has to be from {BacklogBytesLeast} to {BacklogBytesMost}.";
        }

        if (RunsMax is < RunsLeast or > RunsMost)
        {
            yield return $"{nameof(RunsMax)} is {RunsMax}; it has to be from {RunsLeast} to {RunsMost}.";
        }

        if (StallTimeout < StallTimeoutLeast || StallTimeout > StallTimeoutMost)
        {
            yield return $"{nameof(StallTimeout)} is {StallTimeout}; it has to be from {StallTimeoutLeast} to {StallTimeoutMost}.";
        }
    }

    /// <summary>The rungs for a source, the best first. Heights are those of the picture as it is shown.</summary>
    public IReadOnlyList<LadderRung> For(VideoConfiguration source)
    {
        if (!Enabled)
        {
            return [];
        }

        var shorter = Math.Min(source.ShownWidth, source.Height);
        var heightMax = source.IsWidelyDecoded ? shorter - 1 : shorter;
        var all = Rungs.Count > 0 ? Rungs : DefaultRungs;
        IReadOnlyList<LadderRung> below =
            [.. all.Where(rung => rung.Height <= heightMax).OrderByDescending(static rung => rung.Height)];
        return below.Count > 0 || source.IsWidelyDecoded
            ? below
            : [OfSize(Math.Max(2, shorter & ~1), all.MinBy(static rung => rung.Height)!)];
    }

    /// <summary>A rung of a source that is smaller than the lowest, with bits for its pictures as that one has for its.</summary>
    private static LadderRung OfSize(int height, LadderRung lowest) => new(
        $"{height}p", height, (int)Math.Max(BitRateMin, (long)lowest.BitRate * height / lowest.Height));
}
