using Streaming.Cluster.Broadcasts.Source;
using Streaming.Pipeline.Media;

namespace Streaming.Cluster.Tests.Broadcasts;

/// <summary>What broadcasters are told to change.</summary>
public sealed class EncoderAdviceTests
{
    private static readonly VideoConfiguration Video = new()
    {
        Codec = "avc1.64001f",
        Timescale = MediaClock.TicksPerSecond,
        DecoderConfiguration = new byte[] { 1 },
        Width = 1280,
        Height = 720,
    };

    [Fact]
    public void Source_ThatIsWellSet_NeedsNone() =>
        Assert.Empty(EncoderAdvice.For(Video, true, new(false, TimeSpan.FromSeconds(2), 0)));

    [Fact]
    public void Source_WithoutVideo_NeedsNone() => Assert.Empty(EncoderAdvice.For(null, false, new(true, null, null)));

    [Theory]
    [InlineData(0, "open-gop=0")]
    [InlineData(30, "-intra-refresh 0")]
    [InlineData(null, "Keyframe Interval")]
    public void IdrPictures_ThatStayAway_AreToldWithTheSettingThatBringsThem(int? recoveryFrames, string setting)
    {
        var advice = Assert.Single(EncoderAdvice.For(Video, true, new(true, null, recoveryFrames)));

        Assert.Contains("no key frame (IDR picture) has come since the first", advice, StringComparison.Ordinal);
        Assert.Contains(setting, advice, StringComparison.Ordinal);
    }

    [Fact]
    public void IdrPictures_ThatAreRare_AreToldWithTheirDistance()
    {
        var advice = Assert.Single(EncoderAdvice.For(Video, true, new(true, TimeSpan.FromSeconds(8.3), null)));

        Assert.Contains("only every 8.3 s", advice, StringComparison.Ordinal);
    }

    [Fact]
    public void TwoFaults_AreTwoSentences() =>
        Assert.Equal(2, EncoderAdvice.For(Video with { BitDepth = 10 }, true, new(true, null, null)).Count);
}
