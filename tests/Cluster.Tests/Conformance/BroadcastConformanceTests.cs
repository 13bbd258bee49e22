using System.Globalization;
using Streaming.Pipeline.Tests;

namespace Streaming.Cluster.Tests.Conformance;

/// <summary>Real streams through the whole pipeline without a network: what comes out, file by file.</summary>
[Trait("Category", "Slow")]
public sealed class BroadcastConformanceTests
{
    private const string ListOfKeyFrames = "-force_key_frames 0,1.5,2,3.1,3.4,6,6.2,8.1,11,11.9,13";

    public static TheoryData<string, int, int, int, int> Sources => new()
    {
        { "25", 50, 0, 48000, 2 },
        { "25", 50, 3, 44100, 2 },
        { "30000/1001", 60, 2, 48000, 1 },
        { "30", 30, 0, 44100, 1 },
        { "30", 60, 2, 48000, 2 },
        { "50", 100, 2, 48000, 2 },
        { "60", 120, 3, 44100, 2 },
    };

    [Theory]
    [MemberData(nameof(Sources))]
    public async Task Broadcast_RegularGops_AllRenditionsConform(string fps, int gop, int bFrames, int audioRate, int channels) =>
        await AssertConformsAsync(await TestMedia.FlvAsync(
            fps, bFrames, gop, audioRate: audioRate, channels: channels, seconds: 12));

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task Broadcast_IrregularGops_AllRenditionsConform(int bFrames) =>
        await AssertConformsAsync(await TestMedia.FlvAsync(
            bFrames: bFrames, gop: 90, seconds: 14, videoOptions: ListOfKeyFrames));

    [Theory]
    [InlineData("30", 300, 0)]
    [InlineData("25", 250, 2)]
    [InlineData("30000/1001", 300, 2)]
    [InlineData("30", 250, 2)]
    [InlineData("30", 250, 0)]
    public async Task Broadcast_GopOfTenSeconds_LadderIsIndependentOnTheGrid(string fps, int gop, int bFrames)
    {
        var path = await TestMedia.FlvAsync(fps, bFrames, gop, seconds: 25);
        var tags = await TestMedia.ReadTagsAsync(path);

        var broadcast = await RecordedBroadcast.PublishAsync(tags, RecordedBroadcast.TinyLadder);

        MediaConformance.AssertSourceIsPassedThrough(broadcast, PublishedFrame.VideoOf(tags));
        MediaConformance.AssertAligned(broadcast);
        MediaConformance.AssertContinuous(broadcast);
        MediaConformance.AssertSegments(broadcast);
        MediaConformance.AssertLadderShowsTheSame(broadcast);
        await MediaConformance.AssertDecodesAsync(broadcast);
        Assert.Contains(broadcast.Source.Segments, segment => !segment.Segment.Independent);

        // Of the first segment on the grid a picture that is shown there may have been decoded before that was known.
        MediaConformance.AssertLadderIsIndependent(broadcast, bFrames == 0 ? 0 : 2);
    }

    [Theory]
    [InlineData("-bf 0 -g 100000", 0)]
    [InlineData("-bf 2 -g 100000", 2)]
    [InlineData("-x264-params open-gop=1:bframes=3:b-adapt=0:keyint=60:min-keyint=60:scenecut=0", 2)]
    [InlineData("-x264-params open-gop=1:bframes=3:b-adapt=0:keyint=50:min-keyint=50:scenecut=0", 2)]
    [InlineData("-x264-params intra-refresh=1:keyint=60:scenecut=0:bframes=0", 0)]
    public async Task Broadcast_NoIdrPictureAfterTheFirst_LadderIsIndependent(string videoOptions, int from)
    {
        var tags = await TestMedia.ReadTagsAsync(await TestMedia.FlvAsync(seconds: 20, videoOptions: videoOptions));

        var broadcast = await RecordedBroadcast.PublishAsync(tags, RecordedBroadcast.TinyLadder);

        MediaConformance.AssertSourceIsPassedThrough(broadcast, PublishedFrame.VideoOf(tags));
        MediaConformance.AssertAligned(broadcast);
        MediaConformance.AssertContinuous(broadcast);
        MediaConformance.AssertSegments(broadcast);
        MediaConformance.AssertLadderShowsTheSame(broadcast);
        await MediaConformance.AssertDecodesAsync(broadcast);

        // Of the first segment on the grid a picture that is shown there may have been decoded before that was known.
        MediaConformance.AssertLadderIsIndependent(broadcast, from);
        Assert.All(broadcast.Source.Segments.Skip(1), segment => Assert.False(segment.Segment.Independent));
        Assert.All(broadcast.Source.Segments, segment => Assert.InRange(segment.Segment.Duration, 1, 4.05 * 90_000));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Broadcast_OneTrackOnly_Conforms(bool video)
    {
        var path = await TestMedia.FlvAsync(size: video ? "320x180" : null, audioRate: video ? 0 : 44100, gop: 60, seconds: 12);
        var tags = await TestMedia.ReadTagsAsync(path);

        var broadcast = await RecordedBroadcast.PublishAsync(
            tags, video ? RecordedBroadcast.TinyLadder : RecordedBroadcast.NoLadder);

        MediaConformance.AssertContinuous(broadcast);
        MediaConformance.AssertSegments(broadcast);
        await MediaConformance.AssertDecodesAsync(broadcast);
        if (video)
        {
            MediaConformance.AssertSourceIsPassedThrough(broadcast, PublishedFrame.VideoOf(tags));
            MediaConformance.AssertAligned(broadcast);
        }
        else
        {
            Assert.InRange(broadcast.Audio.Segments.Count, 6, 7);
            MediaConformance.AssertAudioIsPassedThrough(
                broadcast, PublishedFrame.AudioOf(tags), PublishedFrame.AudioOf(tags)[0].PresentationMs);
        }
    }

    [Theory]
    [InlineData(false, 4.2, 12)]
    [InlineData(true, 4.2, 12)]
    [InlineData(false, 17, 36)] // More segments without pictures than a rung may be behind, all at once.
    public async Task Broadcast_PicturesStandStill_LadderPausesWithThem(bool hasSound, double cycle, int seconds)
    {
        // Two seconds of pictures, then some of none, three times; the first one after them is no key frame.
        var path = await TestMedia.FlvAsync(
            gop: 45,
            audioRate: hasSound ? 48000 : 0,
            seconds: seconds,
            videoOptions: string.Create(CultureInfo.InvariantCulture, $@"-vf select=lt(mod(t\,{cycle})\,2) -fps_mode passthrough"));
        var tags = await TestMedia.ReadTagsAsync(path);

        var broadcast = await RecordedBroadcast.PublishAsync(tags, RecordedBroadcast.TinyLadder);

        // While sound goes on, the last picture is repeated.
        var published = PublishedFrame.VideoOf(tags).Count;
        Assert.InRange(broadcast.Source.Samples.Count, hasSound ? published + 1 : published, hasSound ? seconds * 30 : published);
        MediaConformance.AssertLadderShowsTheSame(broadcast);
        foreach (var rendition in broadcast.Video)
        {
            Assert.Equal(
                broadcast.Source.Segments.Select(segment => (segment.Sequence, segment.Segment.IsGap, segment.Segment.DecodeTime, segment.Segment.Duration)),
                rendition.Segments.Select(segment => (segment.Sequence, segment.Segment.IsGap, segment.Segment.DecodeTime, segment.Segment.Duration)));
            Assert.All(rendition.Segments.Where(segment => !segment.Segment.IsGap), segment =>
                Assert.Equal(segment.Segment.Duration, MediaConformance.Duration(segment)));
        }

        MediaConformance.AssertSegments(broadcast);
        await MediaConformance.AssertDecodesAsync(broadcast);
    }

    private static async Task AssertConformsAsync(string path)
    {
        var tags = await TestMedia.ReadTagsAsync(path);
        var video = PublishedFrame.VideoOf(tags);

        var broadcast = await RecordedBroadcast.PublishAsync(tags, RecordedBroadcast.TinyLadder);

        Assert.Equal(["source", "144p", "90p", "audio"], broadcast.Renditions.Select(rendition => rendition.Name));
        MediaConformance.AssertSourceIsPassedThrough(broadcast, video);
        MediaConformance.AssertAudioIsPassedThrough(broadcast, PublishedFrame.AudioOf(tags), video[0].PresentationMs);
        MediaConformance.AssertAligned(broadcast);
        MediaConformance.AssertContinuous(broadcast);
        MediaConformance.AssertSegments(broadcast);
        MediaConformance.AssertLadderIsIndependent(broadcast);
        MediaConformance.AssertLadderShowsTheSame(broadcast);
        await MediaConformance.AssertDecodesAsync(broadcast);
    }
}
