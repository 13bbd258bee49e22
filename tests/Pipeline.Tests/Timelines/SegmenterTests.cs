using Streaming.Pipeline.Media;
using static Streaming.Pipeline.Tests.Timelines.TestFrames;

namespace Streaming.Pipeline.Tests.Timelines;

/// <summary>Publishers that behave: where their segments begin and what is in them. Target 2 s, limit 4 s.</summary>
public sealed class SegmenterTests
{
    private static readonly AudioConfiguration Audio48 = AudioTrack();

    private readonly SegmentedSource _source = new();

    [Theory]
    [InlineData(25, 50, 48000u)]
    [InlineData(30, 30, 44100u)]
    [InlineData(30000 / 1001.0, 60, 48000u)]
    [InlineData(60, 120, 44100u)]
    public void RegularGops_CutEveryTwoSeconds(double fps, int gop, uint rate)
    {
        _source.Publish(
            Interleave(Pictures(fps, gop, 0, 20_000), Sounds(rate, 0, 20_000)), VideoTrack, AudioTrack(rate)).Leave();

        SegmentInvariants.AssertAll(_source);
        Assert.Equal(10, _source.Segments.Count);
        Assert.All(_source.Segments.SkipLast(1), segment => Assert.InRange(segment.Seconds, 1.99, 2.01));
        Assert.All(_source.Segments, segment => Assert.True(segment.Boundary.SourceIndependent));
        Assert.Equal((int)Math.Ceiling(20 * fps), _source.VideoSamples.Count());
        Assert.DoesNotContain(_source.AudioSamples, sample => sample.IsSilence && sample.DecodeTime < 19.99 * rate);
        Assert.Single(_source.Periods);
        AssertNoHoleInAudio();
    }

    [Fact]
    public void IrregularGops_CutAtIdrPicturesOnly()
    {
        double[] sync = [0, 0.4, 1.9, 2.2, 5.1, 5.2, 8.0];
        var pictures = Pictures(25, 1, 0, 10_000).Select(picture =>
            picture with { IsSync = sync.Any(time => Math.Abs(time - (picture.TimestampMs / 1000.0)) < 0.019) });

        _source.Publish(Interleave(pictures, Sounds(48_000, 0, 10_000)), VideoTrack, Audio48).Leave();

        SegmentInvariants.AssertAll(_source);
        SegmentInvariants.AssertNoLongerThan(_source, 4);
        Assert.Equal(4, _source.Segments.Count);
        Assert.All(_source.Segments, segment => Assert.True(segment.Video[0].IsSync));
    }

    [Fact]
    public void GopOfTenSeconds_CutsOnTheGridWithoutIdr()
    {
        _source.Publish(Interleave(Pictures(30, 300, 0, 20_000), Sounds(48_000, 0, 20_000)), VideoTrack, Audio48).Leave();

        SegmentInvariants.AssertAll(_source);
        SegmentInvariants.AssertNoLongerThan(_source, 4.05);
        Assert.Equal(
            [0, 4, 6, 8, 10, 12, 14, 16, 18],
            _source.Segments.Select(segment => Math.Round(segment.Boundary.DecodeTime / 90_000.0, 1)));
        Assert.Equal(
            [true, false, false, false, true, false, false, false, false],
            _source.Segments.Select(segment => segment.Boundary.SourceIndependent));
        Assert.True(_source.Segmenter.IsOnGrid);
        Assert.All(_source.Segments.Skip(1), segment => Assert.Equal(0, segment.Boundary.PresentationTime % 180_000));
    }

    [Fact]
    public void AudioOnly_CutsOnTheGrid()
    {
        _source.Publish(Sounds(44_100, 0, 10_000), null, AudioTrack(44_100)).Leave();

        SegmentInvariants.AssertAll(_source);
        Assert.Equal(5, _source.Segments.Count);
        AssertNoHoleInAudio();
    }

    [Fact]
    public void AudioOnly_Pause_IsFilledWithSilenceInSegmentsWithinTheLimit()
    {
        var sounds = Sounds(48_000, 0, 20_000).Where(sound => sound.TimestampMs is < 5_000 or >= 14_000);

        _source.Publish(sounds, null, Audio48).Leave();

        SegmentInvariants.AssertAll(_source);
        SegmentInvariants.AssertNoLongerThan(_source, 4);
        AssertNoHoleInAudio();
    }

    [Fact]
    public void VideoOnly_HasNoAudio()
    {
        _source.Publish(Pictures(25, 50, 0, 10_000), VideoTrack, null).Leave();

        SegmentInvariants.AssertAll(_source);
        Assert.Equal([0, 2, 4, 6, 8], _source.Begins);
        Assert.Empty(_source.AudioSamples);
        Assert.Equal(10, _source.Segments[^1].End / 90_000.0);
    }

    [Fact]
    public void AudioBeforeTheFirstPicture_IsDropped()
    {
        var frames = Interleave(Pictures(25, 50, 5000, 9000), Sounds(48_000, 0, 9000));

        _source.Publish(frames, VideoTrack, Audio48).Leave();

        SegmentInvariants.AssertAll(_source);
        Assert.InRange(_source.AudioSamples.First().DecodeTime, 0, 1024);
        Assert.InRange(_source.AudioSamples.Count(), 186, 189);
    }

    [Fact]
    public void PicturesBeforeTheFirstIdr_AreDropped()
    {
        var pictures = Pictures(25, 50, 0, 8000).Where(picture => picture.TimestampMs >= 1000);

        _source.Publish(Interleave(pictures, Sounds(48_000, 0, 8000)), VideoTrack, Audio48).Leave();

        SegmentInvariants.AssertAll(_source);
        Assert.Equal([0, 2, 4], _source.Begins);
    }

    [Fact]
    public void BFrames_PresentationTimesAreExactAndBeginAtZero()
    {
        // Decode order I P B B, as an encoder with a reorder delay of two pictures sends it.
        int[] offsets = [80, 160, 40, 0];
        var pictures = Pictures(25, 48, 0, 8000)
            .Select((picture, index) => picture with { CompositionOffsetMs = index % 48 == 0 ? 80 : offsets[1 + ((index % 48 - 1) % 3)] })
            .ToArray();

        _source.Publish(pictures, VideoTrack, null).Leave();

        SegmentInvariants.AssertAll(_source);
        Assert.Equal(
            pictures.Select(picture => (picture.TimestampMs + picture.CompositionOffsetMs - 80) * 90),
            _source.VideoSamples.Select(sample => sample.PresentationTime));
    }

    [Fact]
    public void Muted_SilenceTakesTheAudiosPlace()
    {
        var sounds = Sounds(48_000, 0, 20_000).Where(sound => sound.TimestampMs is < 5_000 or >= 12_000);

        _source.Publish(Interleave(Pictures(25, 50, 0, 20_000), sounds), VideoTrack, Audio48).Leave();

        SegmentInvariants.AssertAll(_source);
        AssertNoHoleInAudio();
        Assert.InRange(_source.AudioSamples.Count(sample => sample.IsSilence), 326, 331);
        Assert.All(_source.AudioSamples.Where(sample => sample.IsSilence), sample =>
            Assert.InRange(sample.DecodeTime / 48_000.0, 4.99, 12.01));
        Assert.Equal(0, _source.Segmenter.Jumps);
    }

    [Fact]
    public void MutedFromTheStart_TrackOfSilence()
    {
        _source.Publish(Pictures(25, 50, 0, 6000), VideoTrack, Audio48).Leave();

        SegmentInvariants.AssertAll(_source);
        AssertNoHoleInAudio();
        Assert.Equal(0, _source.AudioSamples.First().DecodeTime);
        Assert.InRange(_source.AudioSamples.Last().End, 6 * 48_000, (6 * 48_000) + 1024);
        Assert.All(_source.AudioSamples, sample => Assert.True(sample.IsSilence));
    }

    private void AssertNoHoleInAudio()
    {
        var samples = _source.AudioSamples.ToArray();
        Assert.All(samples.Zip(samples.Skip(1)), pair => Assert.Equal(pair.First.End, pair.Second.DecodeTime));
    }
}
