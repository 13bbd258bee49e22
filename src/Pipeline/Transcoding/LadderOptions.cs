using Streaming.Pipeline.Media;

namespace Streaming.Pipeline.Transcoding;

/// <summary>One quality that the source is transcoded to.</summary>
/// <param name="Name">Name in addresses and menus, like <c>720p</c>.</param>
/// <param name="Height">Luma samples of the shorter side, even.</param>
/// <param name="BitRate">Video bit rate in bit/s.</param>
public sealed record LadderRung(string Name, int Height, int BitRate);

/// <summary>Which qualities a source is transcoded to, and with what.</summary>
public sealed record LadderOptions
{
    /// <summary>Transcode at all. Default true. Without, viewers get the source alone, at next to no cost.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>
    /// The qualities, any order. A source gets those below its own height: it is never scaled up, and its own height is
    /// the source itself. One that browsers cannot decode gets its own height too, and is given at least one. Default (also when
    /// empty) 240p to 1440p.
    /// </summary>
    public IReadOnlyList<LadderRung> Rungs { get; init; } = [];

    /// <summary>
    /// x264's preset, default <c>veryfast</c>. Slower ones look better at the same bit rate and cost far more CPU.
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
        return below.Count > 0 || source.IsWidelyDecoded ? below : [OfSize(shorter & ~1, all.MinBy(static rung => rung.Height)!)];
    }

    /// <summary>A rung of a source that is smaller than the lowest, with bits for its pictures as that one has for its.</summary>
    private static LadderRung OfSize(int height, LadderRung lowest) => new(
        $"{height}p", height, (int)Math.Max(BitRateMin, (long)lowest.BitRate * height / lowest.Height));
}
