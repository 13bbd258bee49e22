using Streaming.Cluster.Broadcasts.Source;
using Streaming.Pipeline.Media;

namespace Streaming.Cluster.Tests.Broadcasts;

/// <summary>Open groups of pictures are closed where nothing else lets viewers in, and only there.</summary>
public sealed class EntryPromotionTests
{
    private bool _hasRungs;

    private static Frame Picture(uint ms, int offset, bool isSync = false, int? recovery = null) =>
        new(TrackKind.Video, ms, offset, isSync, new byte[] { 1 }) { RecoveryFrames = recovery };

    // In decode order: the only IDR picture, then open groups of an I picture, two that lead it, and one after it.
    private static Frame[] Broadcast =>
    [
        Picture(0, 80, isSync: true), Picture(40, 80),
        Picture(5000, 160, recovery: 0), Picture(5040, 40), Picture(5080, 40), Picture(5120, 160),
        Picture(7000, 160, recovery: 0), Picture(7040, 40), Picture(7080, 160),
    ];

    [Fact]
    public void OpenGroups_WithoutARung_BecomeClosed()
    {
        var taken = Taken(areRare: true);

        Assert.Equal([0u, 40, 5000, 5120, 7000, 7080], taken.Select(frame => frame.TimestampMs));
        Assert.Equal([0u, 5000, 7000], taken.Where(frame => frame.IsSync).Select(frame => frame.TimestampMs));
        Assert.All(taken, frame => Assert.Null(frame.RecoveryFrames));
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public void OpenGroups_WhereViewersGetInOtherwise_StayAsTheyAre(bool hasRungs, bool areRare)
    {
        _hasRungs = hasRungs;

        Assert.Equal(Broadcast, Taken(areRare), (a, b) => a.TimestampMs == b.TimestampMs && a.IsSync == b.IsSync);
    }

    [Fact]
    public void Refresh_WithoutARung_StaysAsItIs()
    {
        var picture = Picture(5000, 0, recovery: 30);

        Assert.True(Promotion().Takes(ref picture, areIdrPicturesRare: true));
        Assert.False(picture.IsSync);
    }

    private List<Frame> Taken(bool areRare)
    {
        var promotion = Promotion();
        List<Frame> taken = [];
        foreach (var picture in Broadcast)
        {
            var frame = picture;
            if (promotion.Takes(ref frame, areRare))
            {
                taken.Add(frame);
            }
        }

        return taken;
    }

    private EntryPromotion Promotion() => new(() => _hasRungs, TimeSpan.FromSeconds(4));
}
