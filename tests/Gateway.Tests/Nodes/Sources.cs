using Streaming.Pipeline.Tests;

namespace Streaming.Gateway.Tests.Nodes;

/// <summary>What broadcasters of these tests send: small pictures at 25 fps with a key frame every second.</summary>
internal static class Sources
{
    private const double Seconds = 20;
    private const string Cheap = "-preset ultrafast -b:v 500k";

    /// <summary>Colours that differ in brightness by far more than an encoder changes.</summary>
    public static readonly string[] Tints = ["black", "gray", "white", "red"];

    public static Task<string> AudioAndVideo { get; } =
        TestMedia.FlvAsync(fps: "25", gop: 25, size: "640x360", seconds: Seconds, videoOptions: Cheap);

    /// <summary>The same in another size: another decoder configuration.</summary>
    public static Task<string> OtherSize => TestMedia.FlvAsync(fps: "25", gop: 25, size: "480x270", seconds: Seconds, videoOptions: Cheap);

    /// <summary>
    /// A picture of one colour, another every two seconds: those of <see cref="Tints"/> in turn, once. So it can be told
    /// from a picture which one it is.
    /// </summary>
    public static Task<string> Tinted => TestMedia.MakeAsync(
        "flv",
        $"-f lavfi -i {string.Concat(Tints.Select(tint => $"color={tint}:s=640x360:r=25:d={TintSeconds}[{tint}];"))}"
            + $"{string.Concat(Tints.Select(tint => $"[{tint}]"))}concat=n={Tints.Length}"
            + $" -f lavfi -i sine=sample_rate=48000:duration={Tints.Length * TintSeconds}"
            + $" -c:v libx264 {Cheap} -pix_fmt yuv420p -sc_threshold 0 -bf 0 -g 25 -c:a aac -ac 2");

    /// <summary>Seconds that <see cref="Tinted"/> stays at a colour.</summary>
    public const int TintSeconds = 2;

    public static Task<string> AudioOnly => TestMedia.FlvAsync(size: null, seconds: Seconds);

    public static Task<string> VideoOnly =>
        TestMedia.FlvAsync(fps: "25", gop: 25, size: "640x360", audioRate: 0, seconds: Seconds, videoOptions: Cheap);
}
