using System.Globalization;
using Streaming.Pipeline.Media;

namespace Streaming.Cluster.Broadcasts.Source;

/// <summary>What the broadcaster had better change in the encoder, in sentences.</summary>
internal static class EncoderAdvice
{
    private const string Interval =
        "Set the keyframe interval to 2 s. OBS Studio: Settings → Output → Streaming → Keyframe Interval. ffmpeg: "
        + "-force_key_frames \"expr:gte(t,n_forced*2)\".";

    private const string Outcome = "Until then viewers wait longer for the first picture, or do not get one where they join.";

    /// <param name="video">The video that comes in, null without.</param>
    /// <param name="hasRungs">There are transcoded qualities for viewers.</param>
    /// <param name="access">Where decoding can begin in it.</param>
    public static IReadOnlyList<string> For(VideoConfiguration? video, bool hasRungs, RandomAccess access)
    {
        if (video is null)
        {
            return [];
        }

        List<string> advice = [];
        if (!video.IsWidelyDecoded)
        {
            advice.Add(OnFormat(video, hasRungs));
        }

        if (access.AreIdrPicturesRare)
        {
            advice.Add(OnKeyFrames(access));
        }

        return advice;
    }

    private static string OnFormat(VideoConfiguration video, bool hasRungs) =>
        $"Browsers cannot decode what your encoder sends ({Format(video)}). Set it to 4:2:0 with 8 bits and to the profile high or "
        + "main. OBS Studio: Settings → Advanced → Color Format NV12. ffmpeg: -pix_fmt yuv420p. GStreamer: "
        + "video/x-raw,format=I420 before x264enc. "
        + (hasRungs
            ? "Until then viewers get the transcoded qualities alone."
            : "Until then most viewers see nothing, for nothing is transcoded.");

    private static string OnKeyFrames(RandomAccess access) => access switch
    {
        { RecoveryFrames: 0 } =>
            $"Your encoder sends open groups of pictures: {Came(access)} Close them. OBS Studio: take open-gop out of the x264 "
            + $"options. ffmpeg: -flags +cgop, or open-gop=0 in -x264-params. GStreamer: x264enc option-string=open-gop=0. {Outcome}",
        { RecoveryFrames: > 0 } =>
            $"Your encoder refreshes the picture little by little (periodic intra refresh): {Came(access)} Switch that off. OBS "
            + "Studio: take intra-refresh out of the x264 options. ffmpeg: -intra-refresh 0. GStreamer: x264enc "
            + $"intra-refresh=false. {Interval} {Outcome}",
        _ => $"Key frames are too far apart: {Came(access)} {Interval} {Outcome}",
    };

    private static string Came(RandomAccess access) => access.IdrInterval is { } interval
        ? string.Create(CultureInfo.InvariantCulture, $"a key frame (IDR picture) comes only every {interval.TotalSeconds:0.#} s.")
        : "no key frame (IDR picture) has come since the first.";

    private static string Format(VideoConfiguration video)
    {
        var sampling = video.ChromaFormat switch { 0 => "4:0:0", 1 => "4:2:0", 2 => "4:2:2", _ => "4:4:4" };
        return $"H.264 {sampling} with {video.BitDepth} bits, {video.Codec}";
    }
}
