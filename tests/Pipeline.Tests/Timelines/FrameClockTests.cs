using Streaming.Pipeline.Timelines;
using static Streaming.Pipeline.Tests.Timelines.TestFrames;

namespace Streaming.Pipeline.Tests.Timelines;

/// <summary>Clocks that wrap, jump, stand still and start again: broken-publisher cases of timing.</summary>
public sealed class FrameClockTests
{
    private const long Hour = 3_600_000;

    private readonly FrameClock _clock = new();

    [Theory]
    [InlineData(1L << 31)]
    [InlineData(1L << 32)]
    public void Wrap_BothTracks_GoesOnUnnoticed(long wrap)
    {
        var begin = wrap - 200;
        _clock.Join(Picture(begin, isSync: true), 5000);
        for (var ms = 0; ms <= 400; ms += 40)
        {
            Assert.Equal(5000 + ms, _clock.Map(Picture(begin + ms)));
            Assert.Equal(5000 + ms + 3, _clock.Map(Sound(begin + ms + 3)));
        }

        Assert.Equal(0, _clock.Jumps);
    }

    [Fact]
    public void Wrap_AfterDaysOfFrames_TimelineStaysMonotonic()
    {
        _clock.Join(Picture(0, isSync: true), 0);
        var last = -1L;
        for (var ms = 0L; ms < 110 * 24 * Hour; ms += 9_000)
        {
            var mapped = _clock.Map(Picture(ms));
            Assert.Equal(last < 0 ? 0 : last + 9_000, mapped);
            last = mapped;
        }
    }

    [Theory]
    [InlineData(15_000, true)]
    [InlineData(15_000, false)]
    [InlineData(-15_000, true)]
    [InlineData(-15_000, false)]
    [InlineData(5 * Hour, true)]
    [InlineData(5 * Hour, false)]
    [InlineData(-5 * Hour, true)]
    [InlineData(-5 * Hour, false)]
    public void Jump_OfBothTracks_TracksStayInStep(long jump, bool videoFirst)
    {
        var begin = 6 * Hour;
        _clock.Join(Picture(begin, isSync: true), 0);
        for (var ms = 0; ms <= 1000; ms += 20)
        {
            _clock.Map(Picture(begin + ms));
            _clock.Map(Sound(begin + ms));
        }

        var (video, audio) = (0L, 0L);
        if (videoFirst)
        {
            video = _clock.Map(Picture(begin + jump + 1020));
            audio = _clock.Map(Sound(begin + jump + 1020));
        }
        else
        {
            audio = _clock.Map(Sound(begin + jump + 1020));
            video = _clock.Map(Picture(begin + jump + 1020));
        }

        Assert.Equal(1020, video);
        Assert.Equal(1020, audio);
        Assert.Equal(1060, _clock.Map(Picture(begin + jump + 1060)));
        Assert.Equal(1043, _clock.Map(Sound(begin + jump + 1043)));
        Assert.Equal(2, _clock.Jumps);
    }

    [Theory]
    [InlineData(9_000)]
    [InlineData(60_000)]
    [InlineData(2 * Hour)]
    public void Pause_OfVideoWhileAudioGoesOn_IsNoJump(long pause)
    {
        _clock.Join(Picture(0, isSync: true), 0);
        for (var ms = 0L; ms <= pause; ms += 20)
        {
            Assert.Equal(ms, _clock.Map(Sound(ms)));
        }

        Assert.Equal(pause, _clock.Map(Picture(pause)));
        Assert.Equal(0, _clock.Jumps);
    }

    [Fact]
    public void Video_ReturningAfterAudioJumpedAndWentOn_StaysWithIt()
    {
        const long jump = 2_000_000_000;
        _clock.Join(Picture(0, isSync: true), 0);
        _clock.Map(Picture(7000));
        _clock.Map(Sound(7000));
        for (var ms = 7020L; ms < 14_000; ms += 20)
        {
            _clock.Map(Sound(jump + ms));
        }

        // Both were silent for five seconds. The picture, which comes first, is not to be joined without them.
        var video = _clock.Map(Picture(jump + 19_000));
        var audio = _clock.Map(Sound(jump + 19_000));

        Assert.Equal(audio, video);
    }

    [Fact]
    public void Pause_OfAudioWhileVideoGoesOn_IsNoJump()
    {
        _clock.Join(Picture(0, isSync: true), 0);
        Assert.Equal(0, _clock.Map(Sound(0)));
        for (var ms = 0L; ms <= 60_000; ms += 40)
        {
            Assert.Equal(ms, _clock.Map(Picture(ms)));
        }

        Assert.Equal(60_010, _clock.Map(Sound(60_010)));
        Assert.Equal(0, _clock.Jumps);
    }

    [Fact]
    public void Jump_AfterVideoStoodStill_VideoGoesOnWhereAudioIs()
    {
        _clock.Join(Picture(0, isSync: true), 0);
        for (var ms = 0L; ms <= 60_000; ms += 20)
        {
            _clock.Map(Sound(ms));
        }

        var video = _clock.Map(Picture(5 * Hour));
        var audio = _clock.Map(Sound((5 * Hour) + 20));

        Assert.InRange(video, 60_000, 60_100);
        Assert.Equal(video + 20, audio);
    }

    [Fact]
    public void LateFrame_WithinReach_KeepsItsOwnTime()
    {
        _clock.Join(Picture(1000, isSync: true), 0);
        Assert.Equal(100, _clock.Map(Picture(1100)));
        Assert.Equal(-200, _clock.Map(Picture(800)));
        Assert.Equal(140, _clock.Map(Picture(1140)));
        Assert.Equal(0, _clock.Jumps);
    }

    [Fact]
    public void StandingStill_KeepsItsTime()
    {
        _clock.Join(Picture(0, isSync: true), 0);
        Assert.All(Enumerable.Range(0, 100), _ => Assert.Equal(0, _clock.Map(Picture(0))));
        Assert.Equal(0, _clock.Jumps);
    }

    [Fact]
    public void Join_AfterReconnectAtZero_GoesOnWhereTheTimelineIs()
    {
        _clock.Join(Picture(7 * Hour, isSync: true), 0);
        Assert.Equal(1000, _clock.Map(Picture((7 * Hour) + 1000)));

        _clock.Join(Picture(0, isSync: true), 1033);

        Assert.Equal(1033, _clock.Map(Picture(0, isSync: true)));
        Assert.Equal(1040, _clock.Map(Sound(7)));
        Assert.Equal(1073, _clock.Map(Picture(40)));
        Assert.Equal(0, _clock.Jumps);
    }

    [Fact]
    public void Join_FirstPictureWithReorderDelay_AudioOfItsPresentationTimeIsBesideIt()
    {
        _clock.Join(Picture(5000, isSync: true, compositionOffsetMs: 80), 0);

        Assert.Equal(80, _clock.ReorderDelayMs);
        Assert.Equal(0, _clock.Map(Picture(5000, isSync: true, compositionOffsetMs: 80)));
        Assert.Equal(0, _clock.Map(Sound(5080)));
        Assert.Equal(40, _clock.Map(Sound(5120)));
    }

    [Fact]
    public void Jump_WithReorderDelay_TracksStayInStep()
    {
        _clock.Join(Picture(5000, isSync: true, compositionOffsetMs: 80), 0);
        Assert.Equal(40, _clock.Map(Picture(5040)));
        Assert.Equal(40, _clock.Map(Sound(5120)));

        var video = _clock.Map(Picture(905_080));
        var audio = _clock.Map(Sound(905_160));

        Assert.Equal(80, video);
        Assert.Equal(80, audio);
    }
}
