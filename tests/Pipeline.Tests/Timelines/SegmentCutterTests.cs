using Streaming.Pipeline.Timelines;

namespace Streaming.Pipeline.Tests.Timelines;

/// <summary>Where segments begin, with a target of 2 s.</summary>
public sealed class SegmentCutterTests
{
    private readonly SegmentCutter _cutter = new(new SegmentationOptions());

    [Theory]
    [InlineData(0.5, new[] { 2.0, 4, 6, 8 })]
    [InlineData(1, new[] { 2.0, 4, 6, 8 })]
    [InlineData(2, new[] { 2.0, 4, 6, 8 })]
    [InlineData(1.9, new[] { 1.9, 3.8, 5.7, 7.6, 9.5 })]
    [InlineData(1.5, new[] { 3.0, 6, 9 })]
    [InlineData(3, new[] { 3.0, 6, 9 })]
    public void Idr_RegularGops_CutsAtTheFirstOneNearTheTarget(double gop, double[] expected) =>
        Assert.Equal(expected, Cuts(0, 9.5, time => IsMultiple(time, gop)).Select(cut => cut.Time));

    [Fact]
    public void Idr_TooSoonAfterACut_DoesNot() =>
        Assert.Equal([2.1, 4.5], Cuts(0, 5, time => IsAny(time, 0, 0.3, 1.7, 2.1, 2.2, 3.8, 4.5)).Select(cut => cut.Time));

    [Fact]
    public void Gop_OfTenSeconds_CutsOnTheGridFromTheLimitOn()
    {
        var cuts = Cuts(0, 21, time => IsMultiple(time, 10)).ToArray();

        Assert.Equal([4, 6, 8, 10, 12, 14, 16, 18, 20], cuts.Select(cut => cut.Time));
        Assert.All(cuts, cut => Assert.Equal(Cut.OnGrid, cut.Cut));
        Assert.True(_cutter.IsOnGrid);
        Assert.Equal(900_000, _cutter.SyncInterval);
    }

    [Fact]
    public void Gop_GetsShortAgain_CutsAtIdrPicturesAgain()
    {
        var cuts = Cuts(0, 26, time => IsAny(time, 0, 10, 20, 22, 24)).ToArray();

        Assert.Equal(Cut.OnGrid, cuts.Single(cut => cut.Time == 20).Cut);
        Assert.Equal([22, 24], cuts.Where(cut => cut.Time > 20).Select(cut => cut.Time));
        Assert.All(cuts.Where(cut => cut.Time > 20), cut => Assert.Equal(Cut.AtSync, cut.Cut));
        Assert.False(_cutter.IsOnGrid);
    }

    [Fact]
    public void Grid_PictureAfterIt_StandsForTheGridTime()
    {
        // 25 pictures a second beside the grid: the first one after it begins the segment.
        _cutter.Restart(0);
        _cutter.Next(0, true);
        for (var time = 1000L; time < 360_000; time += 3600)
        {
            Assert.Equal(Cut.None, _cutter.Next(time, false));
        }

        Assert.Equal(Cut.OnGrid, _cutter.Next(361_000, false));
        Assert.Equal(360_000, _cutter.GridTime);
    }

    [Fact]
    public void Audio_WithoutVideo_CutsOnTheGrid()
    {
        _cutter.Restart(0);
        var cuts = new List<long>();
        for (var time = 1920L; time < 900_000; time += 1920)
        {
            if (_cutter.NextAudio(time))
            {
                cuts.Add(_cutter.GridTime);
            }
        }

        Assert.Equal([180_000, 360_000, 540_000, 720_000], cuts);
    }

    private IEnumerable<(double Time, Cut Cut)> Cuts(double from, double until, Func<double, bool> isSync)
    {
        _cutter.Restart((long)(from * 90_000));
        for (var tenths = 0; from + (tenths / 10.0) <= until; tenths++)
        {
            var time = from + (tenths / 10.0);
            var cut = _cutter.Next((long)Math.Round(time * 90_000), isSync(time));
            if (cut != Cut.None)
            {
                yield return (time, cut);
            }
        }
    }

    private static bool IsMultiple(double time, double interval) =>
        Math.Abs((time / interval) - Math.Round(time / interval)) < 1e-6;

    private static bool IsAny(double time, params double[] times) => times.Any(other => Math.Abs(other - time) < 1e-6);
}
