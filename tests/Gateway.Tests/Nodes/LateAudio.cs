using Streaming.Pipeline.Flv;
using Streaming.Pipeline.Tests;

namespace Streaming.Gateway.Tests.Nodes;

/// <summary>A publication whose audio begins some seconds after its first picture: a microphone that is slow to start.</summary>
internal static class LateAudio
{
    /// <param name="lateMs">When it begins.</param>
    /// <param name="seconds">How long the publication is.</param>
    /// <param name="isPromised">Metadata speaks of it from the beginning.</param>
    /// <param name="audioRate">Samples per second.</param>
    /// <param name="channels">Channels.</param>
    public static async Task<IReadOnlyList<FlvTag>> TagsAsync(
        uint lateMs, double seconds, bool isPromised = true, int audioRate = 48000, int channels = 2)
    {
        var tags = await TestMedia.ReadTagsAsync(await TestMedia.FlvAsync(
            fps: "25", gop: 25, size: "320x180", audioRate: audioRate, channels: channels, seconds: seconds,
            videoOptions: "-preset ultrafast -b:v 300k"));
        var configuration = tags.First(tag => tag.Type == FlvTagType.Audio);
        return
        [
            .. tags.Where(tag => tag.TimestampMs < lateMs
                && (tag.Type == FlvTagType.Video || (isPromised && tag.Type == FlvTagType.Script))),
            new FlvTag(configuration.Type, lateMs, configuration.Body),
            .. tags.Where(tag => tag.TimestampMs >= lateMs && tag.Type != FlvTagType.Script),
        ];
    }
}
