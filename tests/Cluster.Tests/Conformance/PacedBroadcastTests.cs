using static Streaming.Cluster.Tests.Conformance.SyntheticSource;

namespace Streaming.Cluster.Tests.Conformance;

/// <summary>Sources whose pictures or sound come seldom, pause, or have clocks of their own: what playlists say of them.</summary>
public sealed class PacedBroadcastTests
{
    private static readonly TimeSpan Exactness = TimeSpan.FromMilliseconds(60);

    [Theory]
    [InlineData(2_000, false)]
    [InlineData(3_500, false)]
    [InlineData(6_000, false)]
    [InlineData(9_700, false)]
    [InlineData(15_000, false)]
    [InlineData(600, true)]
    [InlineData(2_000, true)]
    [InlineData(3_500, true)]
    [InlineData(6_000, true)]
    [InlineData(9_700, true)]
    [InlineData(15_000, true)]
    public async Task ScreenCast_StandsStill_TheDateStaysTrueAndSegmentsKeepTheRules(int pauseMs, bool hasSound)
    {
        await using var broadcast = new PacedBroadcast();
        var source = await SyntheticSource.CreateAsync(48_000);
        var cycleMs = 2_000 + pauseMs;
        var pictures = Pictures(30, 60, 0, 3.3 * cycleMs).Where(tag => tag.ArrivalMs % cycleMs < 2_000);

        broadcast.Publish(hasSound
            ? source.Together(48_000, pictures, Sounds(48_000, 0, 3.3 * cycleMs))
            : source.Together(null, pictures));

        broadcast.AssertMedia();
        Assert.Equal(0, broadcast.Segmenter.Jumps);
        Assert.All(broadcast.Source.Segments, segment =>
        {
            Assert.Equal(0, segment.Boundary.DiscontinuitySequence);
            Assert.Equal(
                broadcast.BeganAt.AddMilliseconds(segment.Boundary.DecodeTime / 90.0), segment.Boundary.ProgramDateTime, Exactness);
        });
        if (hasSound)
        {
            Assert.DoesNotContain(broadcast.Audio.Segments, segment => segment.IsGap);
        }
    }

    [Theory]
    [InlineData(0.2, 1)]
    [InlineData(0.5, 1)]
    [InlineData(0.7, 2)]
    [InlineData(1, 2)]
    [InlineData(4, 8)]
    [InlineData(5, 10)]
    [InlineData(8, 16)]
    [InlineData(12.5, 25)]
    [InlineData(15, 30)]
    [InlineData(24000 / 1001.0, 48)]
    public async Task Pictures_OfAnyRate_PartsAndSegmentsKeepTheRules(double fps, int gop)
    {
        await using var broadcast = new PacedBroadcast();
        var source = await SyntheticSource.CreateAsync(48_000);

        broadcast.Publish(source.Together(48_000, Pictures(fps, gop, 0, 40_000), Sounds(48_000, 0, 40_000)));

        broadcast.AssertMedia();
        Assert.DoesNotContain(broadcast.Source.Segments, segment => !segment.Independent);
        Assert.InRange(broadcast.Source.PartTarget.TotalSeconds, 0.2, 1.01);
    }

    [Theory]
    [InlineData(8_000)]
    [InlineData(11_025)]
    [InlineData(12_000)]
    [InlineData(22_050)]
    [InlineData(44_100)]
    public async Task Audio_OfAnyRate_PartsKeepTheRules(int rate)
    {
        await using var broadcast = new PacedBroadcast();
        var source = await SyntheticSource.CreateAsync(rate);

        broadcast.Publish(source.Together(rate, Pictures(30, 60, 0, 20_000), Sounds(rate, 0, 20_000)));

        broadcast.AssertMedia();
        Assert.All(broadcast.Audio.Segments.SelectMany(segment => segment.Parts), part => Assert.Equal(0, part.Duration % 1024));
    }

    [Theory]
    [InlineData(-10_000)]
    [InlineData(-3_000)]
    [InlineData(-700)]
    [InlineData(700)]
    [InlineData(1_000)]
    [InlineData(3_000)]
    [InlineData(10_000)]
    [InlineData(86_400_000)]
    public async Task Tracks_OfTwoClocks_AreAlignedByTheirArrival(int skewMs)
    {
        await using var broadcast = new PacedBroadcast();
        var source = await SyntheticSource.CreateAsync(48_000);

        broadcast.Publish(source.Together(48_000, Pictures(30, 60, 0, 20_000), Sounds(48_000, 0, 20_000, skewMs)));

        broadcast.AssertMedia();
        Assert.Equal(10, broadcast.Source.Segments.Length);
        Assert.Equal(0, broadcast.Segmenter.Jumps);
        Assert.All(broadcast.Source.Segments.Zip(broadcast.Audio.Segments), pair =>
        {
            Assert.Equal(2, pair.First.Duration / 90_000.0, 0.05);
            Assert.False(pair.First.IsGap || pair.Second.IsGap);
            Assert.Equal(
                broadcast.BeganAt.AddMilliseconds(pair.First.Boundary.DecodeTime / 90.0), pair.First.Boundary.ProgramDateTime, Exactness);
        });

        // All of it is heard, at the time at which it came.
        Assert.InRange((broadcast.Audio.Segments[^1].DecodeTime + broadcast.Audio.Segments[^1].Duration) / 48_000.0, 19.9, 20.1);
        Assert.InRange(broadcast.Audio.Segments.SelectMany(segment => broadcast.Samples(broadcast.Audio, segment))
            .Count(sample => sample.Data.Length == 3), 930, 938);
        Assert.InRange(broadcast.Source.PeakBitRate + broadcast.Audio.PeakBitRate, 1, 100_000);
    }

    [Theory]
    [InlineData(-400)]
    [InlineData(-100)]
    [InlineData(100)]
    [InlineData(400)]
    public async Task Tracks_ALittleApart_StayAsTheEncoderMeansThem(int skewMs)
    {
        await using var broadcast = new PacedBroadcast();
        var source = await SyntheticSource.CreateAsync(48_000);

        broadcast.Publish(source.Together(48_000, Pictures(30, 60, 1_000, 21_000), Sounds(48_000, 1_000, 21_000, skewMs)));

        broadcast.AssertMedia();
        Assert.Equal(0, broadcast.Segmenter.Jumps);
        var samples = broadcast.Audio.Segments.SelectMany(segment => broadcast.Samples(broadcast.Audio, segment)).ToList();
        var begin = samples.First(sample => sample.Data.Length == 3);
        Assert.InRange(begin.DecodeTime / 48.0, Math.Max(0, skewMs) - 25, Math.Max(0, skewMs) + 25);
        var end = samples.Last(sample => sample.Data.Length == 3);
        Assert.InRange((end.DecodeTime + end.Duration) / 48.0, 20_000 + skewMs - 50, 20_000 + skewMs + 50);
    }

    [Theory]
    [InlineData(3_000)]
    [InlineData(-3_000)]
    [InlineData(20_000)]
    [InlineData(-20_000)]
    public async Task AudioClock_JumpsLater_AudioIsBackInStepAfterASecond(int jumpMs)
    {
        await using var broadcast = new PacedBroadcast();
        var source = await SyntheticSource.CreateAsync(48_000);

        broadcast.Publish(source.Together(
            48_000, Pictures(30, 60, 0, 40_000), Sounds(48_000, 0, 20_000), Sounds(48_000, 20_000, 40_000, jumpMs)));

        broadcast.AssertMedia();
        Assert.InRange(broadcast.Segmenter.Jumps, 1, 2);
        Assert.DoesNotContain(broadcast.Source.Segments, segment => segment.IsGap);
        Assert.DoesNotContain(broadcast.Audio.Segments, segment => segment.IsGap);
        Assert.InRange(broadcast.Audio.Segments.SelectMany(segment => broadcast.Samples(broadcast.Audio, segment))
            .Count(sample => sample.Data.Length == 3), 1875 - 150, 1876);
    }

    [Theory]
    [InlineData(1.002)]
    [InlineData(0.998)]
    public async Task AudioClock_RunsAway_AudioStaysNearItsVideo(double rate)
    {
        await using var broadcast = new PacedBroadcast();
        var source = await SyntheticSource.CreateAsync(48_000);
        var sounds = Sounds(48_000, 0, 1_200_000).Select(tag => tag with
        {
            Tag = Sound((long)Math.Round(tag.ArrivalMs * rate)),
        });

        broadcast.Publish(source.Together(48_000, Pictures(10, 20, 0, 1_200_000), sounds));

        Assert.InRange(broadcast.Segmenter.Jumps, 1, 3);
        Assert.DoesNotContain(broadcast.Source.Segments, segment => segment.IsGap);
        Assert.Equal(600, broadcast.Source.Segments.Length);
    }

    [Fact]
    public async Task KeyFrames_BetweenTargetAndLimit_SegmentsBeginWithThem()
    {
        await using var broadcast = new PacedBroadcast();
        var source = await SyntheticSource.CreateAsync();

        // Every 3.5 s, and now and then one at a scene's change, from which the next is counted.
        double[] keys = [0, 3.5, 7, 8, 11.5, 12.7, 16.2, 19.7, 20.2, 23.7];
        broadcast.Publish(source.Together(null, Pictures(30, 1, 0, 26_000).Select(tag => tag with
        {
            Tag = Picture(tag.Tag.TimestampMs, keys.Any(key => Math.Abs((key * 1000) - tag.ArrivalMs) < 16)),
        })));

        broadcast.AssertMedia();
        Assert.All(broadcast.Source.Segments, segment => Assert.True(segment.Independent));
    }
}
