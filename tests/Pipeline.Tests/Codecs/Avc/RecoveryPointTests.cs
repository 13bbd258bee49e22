using Streaming.Pipeline.Codecs.Avc;
using Streaming.Pipeline.Flv;
using Streaming.Pipeline.Media;

namespace Streaming.Pipeline.Tests.Codecs.Avc;

/// <summary>Pictures at which decoding can begin although they are no IDR pictures.</summary>
public sealed class RecoveryPointTests
{
    [Theory]
    [InlineData("open-gop=1:bframes=3:b-adapt=0:keyint=30:min-keyint=30:scenecut=0", 0, 0)]
    [InlineData("intra-refresh=1:keyint=30:scenecut=0:bframes=0", 1, 60)]
    public async Task Encoder_WithoutIdrPicturesAfterTheFirst_HasRecoveryPoints(string options, int framesMin, int framesMax)
    {
        var pictures = await PicturesAsync($"-x264-params {options}");

        Assert.Equal([0], pictures.Index().Where(picture => picture.Item.IsSync).Select(picture => picture.Index));
        Assert.Null(pictures[0].RecoveryFrames);
        var recoveries = pictures.Where(picture => picture.RecoveryFrames is not null).ToList();
        Assert.InRange(recoveries.Count, 2, 3);
        Assert.All(recoveries, picture => Assert.InRange(picture.RecoveryFrames!.Value, framesMin, framesMax));
        Assert.All(recoveries, picture => Assert.True(picture.IsEntry));
    }

    [Fact]
    public async Task Encoder_WithIdrPictures_HasNone() =>
        Assert.All(await PicturesAsync(""), picture => Assert.Null(picture.RecoveryFrames));

    [Theory]
    [InlineData("06 06 01 84 80", 0)]
    [InlineData("06 06 01 2C 80", 4)]
    [InlineData("06 05 03 01 02 03 06 01 C4 80", 0)]
    [InlineData("06 05 04 00 00 03 00 00 06 01 84 80", 0)]
    [InlineData("06 05 FF 00 06 01 84 80", null)]
    [InlineData("06 01 04 00 00 08 24 80", null)]
    [InlineData("06 06 00 80", null)]
    [InlineData("06 06", null)]
    [InlineData("06", null)]
    public void FrameCount_OfSei_IsThatOfItsRecoveryPoint(string hex, int? frames) =>
        Assert.Equal(frames, RecoveryPoint.FrameCount(new NalUnit(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)))));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void AtOnce_BehindALength_ReadsAsWritten(int lengthSize)
    {
        var units = new LengthPrefixedNalUnits(RecoveryPoint.AtOnce(lengthSize), lengthSize).GetEnumerator();

        Assert.True(units.MoveNext());
        Assert.Equal(0, RecoveryPoint.FrameCount(units.Current));
        Assert.False(units.MoveNext());
        Assert.Equal((false, 0), (units.IsBroken, units.Leftover));
    }

    private static async Task<List<Frame>> PicturesAsync(string options)
    {
        var tags = await TestMedia.ReadTagsAsync(
            await TestMedia.FlvAsync(gop: 30, audioRate: 0, seconds: 4, size: "160x96", bFrames: 0, videoOptions: options));
        var demuxer = new FlvDemuxer();
        return [.. tags.Where(tag => demuxer.Read(tag, out _).HasFlag(FlvContent.Frame)).Select(tag =>
        {
            demuxer.Read(tag, out var frame);
            return frame;
        })];
    }
}
