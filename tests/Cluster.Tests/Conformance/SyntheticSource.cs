using Streaming.Pipeline.Flv;
using Streaming.Pipeline.Tests;

namespace Streaming.Cluster.Tests.Conformance;

/// <summary>
/// Tags as an encoder sends them, with the configuration of a real one and without pictures or sound in them: for tests of
/// nothing but times.
/// </summary>
internal sealed class SyntheticSource
{
    private readonly FlvTag _videoHeader;
    private readonly Dictionary<int, FlvTag> _audioHeaders = [];

    private SyntheticSource(FlvTag videoHeader) => _videoHeader = videoHeader;

    public static async Task<SyntheticSource> CreateAsync(params int[] audioRates)
    {
        var tags = await TestMedia.ReadTagsAsync(await TestMedia.FlvAsync(audioRate: 0, seconds: 0.5));
        var source = new SyntheticSource(tags.First(tag => tag.Type == FlvTagType.Video && tag.Body.Span[1] == 0));
        foreach (var rate in audioRates)
        {
            tags = await TestMedia.ReadTagsAsync(
                await TestMedia.FlvAsync(size: null, audioRate: rate, channels: 1, seconds: 0.5, audioOptions: "-b:a 16k"));
            source._audioHeaders[rate] = tags.First(tag => tag.Type == FlvTagType.Audio && tag.Body.Span[1] == 0);
        }

        return source;
    }

    public FlvTag VideoHeader(long ms) => new(FlvTagType.Video, unchecked((uint)ms), _videoHeader.Body);

    public FlvTag AudioHeader(int rate, long ms) => new(FlvTagType.Audio, unchecked((uint)ms), _audioHeaders[rate].Body);

    /// <summary>A picture of one slice: an IDR picture's, or another's.</summary>
    public static FlvTag Picture(long ms, bool isSync) => new(
        FlvTagType.Video,
        unchecked((uint)ms),
        new byte[] { (byte)(isSync ? 0x17 : 0x27), 1, 0, 0, 0, 0, 0, 0, 4, (byte)(isSync ? 0x65 : 0x41), 0x88, 0x84, 0x21 });

    public static FlvTag Sound(long ms) => new(FlvTagType.Audio, unchecked((uint)ms), new byte[] { 0xAF, 1, 0x21, 0x10, 0x04 });

    /// <summary>Pictures at a rate from a time on: the first and every so-many-th is an IDR picture.</summary>
    public static IEnumerable<ArrivingTag> Pictures(double fps, int gop, double fromMs, double untilMs)
    {
        for (var index = 0; fromMs + (index * 1000 / fps) < untilMs; index++)
        {
            var ms = fromMs + (index * 1000 / fps);
            yield return new(ms, Picture((long)Math.Round(ms), index % gop == 0));
        }
    }

    /// <summary>AAC frames from a time on, with timestamps that are off by some.</summary>
    public static IEnumerable<ArrivingTag> Sounds(int rate, double fromMs, double untilMs, double skewMs = 0)
    {
        for (var index = 0; fromMs + (index * 1024_000.0 / rate) < untilMs; index++)
        {
            var ms = fromMs + (index * 1024_000.0 / rate);
            yield return new(ms, Sound((long)Math.Round(ms + skewMs)));
        }
    }

    /// <summary>All of them as they arrive, behind their headers.</summary>
    public IEnumerable<ArrivingTag> Together(int? audioRate, params IEnumerable<ArrivingTag>[] tracks)
    {
        var all = tracks.SelectMany(static track => track).OrderBy(static tag => tag.ArrivalMs).ToList();
        if (all.Exists(static tag => tag.Tag.Type == FlvTagType.Video))
        {
            yield return new(0, VideoHeader(all.First(static tag => tag.Tag.Type == FlvTagType.Video).Tag.TimestampMs));
        }

        if (audioRate is { } rate)
        {
            yield return new(0, AudioHeader(rate, all.First(static tag => tag.Tag.Type == FlvTagType.Audio).Tag.TimestampMs));
        }

        foreach (var tag in all)
        {
            yield return tag;
        }
    }
}
