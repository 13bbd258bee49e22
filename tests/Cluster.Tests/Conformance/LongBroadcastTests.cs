using Streaming.Pipeline.Flv;
using Streaming.Pipeline.Media;
using Streaming.Pipeline.Tests;

namespace Streaming.Cluster.Tests.Conformance;

/// <summary>Half an hour of media: what a little error in each frame adds up to.</summary>
[Trait("Category", "Slow")]
public sealed class LongBroadcastTests
{
    private static readonly TimeSpan Length = TimeSpan.FromMinutes(30);

    [Theory]
    [InlineData(44100)]
    [InlineData(48000)]
    public async Task Broadcast_HalfAnHour_AudioAndVideoEndTogether(int audioRate)
    {
        var piece = await TestMedia.ReadTagsAsync(await TestMedia.FlvAsync("30", 0, 60, "160x90", audioRate, 1, seconds: 4));
        var tags = Repeat(piece, audioRate);
        var (video, audio) = (PublishedFrame.VideoOf(tags), PublishedFrame.AudioOf(tags));

        var broadcast = await RecordedBroadcast.PublishAsync(tags, RecordedBroadcast.NoLadder);

        Assert.InRange(audio[^1].PresentationMs, Length.TotalMilliseconds - 100, Length.TotalMilliseconds);
        MediaConformance.AssertSourceIsPassedThrough(broadcast, video);
        MediaConformance.AssertAudioIsPassedThrough(broadcast, audio, video[0].PresentationMs, toleranceFrames: 0.1);
        MediaConformance.AssertContinuous(broadcast);
        MediaConformance.AssertSegments(broadcast);
        Assert.Equal(900, broadcast.Source.Segments.Count);

        // The last picture's decode time has not left its presentation time either.
        Assert.InRange(broadcast.Source.Samples[^1].CompositionOffset, -2 * MediaClock.TicksPerMs, 2 * MediaClock.TicksPerMs);
    }

    /// <summary>The frames of a piece over and over, with timestamps as an encoder rounds them: to the millisecond.</summary>
    private static List<FlvTag> Repeat(List<FlvTag> piece, int audioRate)
    {
        var pictures = piece.Where(tag => tag.Type == FlvTagType.Video && tag.Body.Span[1] == 1).ToArray();
        var sounds = piece.Where(tag => tag.Type == FlvTagType.Audio && tag.Body.Span[1] == 1).ToArray();
        var tags = piece.Where(tag => tag.Type != FlvTagType.Script && tag.Body.Span[1] == 0).Select(tag => At(tag, 0)).ToList();
        var frames = new List<FlvTag>();
        for (long index = 0; index * 1000 / 30 < Length.TotalMilliseconds; index++)
        {
            frames.Add(At(pictures[index % pictures.Length], (uint)Math.Round(index * 1000 / 30.0)));
        }

        for (long index = 0; index * 1024 * 1000 / audioRate < Length.TotalMilliseconds; index++)
        {
            frames.Add(At(sounds[index % sounds.Length], (uint)Math.Round(index * 1024 * 1000.0 / audioRate)));
        }

        tags.AddRange(frames.OrderBy(tag => tag.TimestampMs));
        return tags;

        static FlvTag At(FlvTag tag, uint ms) => new(tag.Type, ms, tag.Body);
    }
}
