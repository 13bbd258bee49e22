using Streaming.Pipeline.Tests;

namespace Streaming.Gateway.Tests.Nodes;

/// <summary>What broadcasters of these tests send: small pictures at 25 fps with a key frame every second.</summary>
internal static class Sources
{
    private const double Seconds = 20;
    private const string Cheap = "-preset ultrafast -b:v 500k";

    public static Task<string> AudioAndVideo { get; } =
        TestMedia.FlvAsync(fps: "25", gop: 25, size: "640x360", seconds: Seconds, videoOptions: Cheap);

    /// <summary>The same in another size: another decoder configuration.</summary>
    public static Task<string> OtherSize => TestMedia.FlvAsync(fps: "25", gop: 25, size: "480x270", seconds: Seconds, videoOptions: Cheap);

    public static Task<string> AudioOnly => TestMedia.FlvAsync(size: null, seconds: Seconds);

    public static Task<string> VideoOnly =>
        TestMedia.FlvAsync(fps: "25", gop: 25, size: "640x360", audioRate: 0, seconds: Seconds, videoOptions: Cheap);
}
