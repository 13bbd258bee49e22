using Streaming.Pipeline.Media;

namespace Streaming.Cluster.Live;

/// <summary>What the broadcaster had better change in the encoder, in sentences.</summary>
internal static class EncoderAdvice
{
    /// <param name="video">The video that comes in, null without.</param>
    /// <param name="hasRungs">There are transcoded qualities for viewers.</param>
    public static IReadOnlyList<string> For(VideoConfiguration? video, bool hasRungs) => video is null or { IsWidelyDecoded: true }
        ? []
        :
        [
            $"Browsers cannot decode what your encoder sends ({Format(video)}). Set it to 4:2:0 with 8 bits and to the profile high or "
            + "main. OBS Studio: Settings → Advanced → Color Format NV12. ffmpeg: -pix_fmt yuv420p. GStreamer: "
            + "video/x-raw,format=I420 before x264enc. "
            + (hasRungs
                ? "Until then viewers get the transcoded qualities alone."
                : "Until then most viewers see nothing, for nothing is transcoded."),
        ];

    private static string Format(VideoConfiguration video)
    {
        var sampling = video.ChromaFormat switch { 0 => "4:0:0", 1 => "4:2:0", 2 => "4:2:2", _ => "4:4:4" };
        return $"H.264 {sampling} with {video.BitDepth} bits, {video.Codec}";
    }
}
