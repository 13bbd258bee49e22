using Streaming.Pipeline.Timelines;

namespace Streaming.Pipeline.Tests.Timelines;

public sealed class OfferingTests
{
    [Fact]
    public void Source_HeldBackForARungThatIsNotThereYet_IsNotReadyWithSoundAlone()
    {
        var broadcast = new BroadcastBuilder().Video("source", codec: "avc1.f4001f").Audio().Segments(1).Build();
        var heldBack = broadcast with
        {
            Renditions = [.. broadcast.Renditions.Select(one => one.Name == "source" ? one with { IsOffered = false } : one)],
        };

        Assert.False(Offering.Of(heldBack).IsReady);
        Assert.True(Offering.Of(broadcast).IsReady);
    }

    [Fact]
    public void Source_ThatBrowsersCannotDecode_IsOfferedWithoutAnother()
    {
        var broadcast = new BroadcastBuilder().Video("source", codec: "avc1.f4001f").Video("480p").Segments(1).Late("480p").Build();

        Assert.Equal(["source"], Offering.Of(broadcast).Video.Select(one => one.Name));
    }

    [Fact]
    public void Source_WithRareKeyFrames_IsLeftOutForARungThatHasNearlyAllOfThem()
    {
        var rare = Dependent(
            new BroadcastBuilder().Video("source").Video("480p").Audio().Segments(12).Build(),
            (name, index) => name == "source" ? index % 4 != 0 : name == "480p" && index == 1);

        Assert.Equal(["480p"], Offering.Of(rare).Video.Select(one => one.Name));
        Assert.Equal(["480p"], Offering.Lasting(rare).Video.Select(one => one.Name));
        Assert.False(Offering.Of(rare).IsIndependent);
    }

    [Theory]
    [InlineData(17, true)]
    [InlineData(18, false)] // Twelve seconds before the edge.
    [InlineData(23, false)]
    public void Source_WithAPauseBehindIt_IsOfferedToNewcomersAgain(int pause, bool isOffered)
    {
        var builder = new BroadcastBuilder().Video("source").Video("480p").Audio().Segments(24);
        var paused = Dependent(builder.Build(), (name, index) => name == "source" && index == pause);
        var ended = Dependent(builder.End().Build(), (name, index) => name == "source" && index == pause);

        Assert.Equal(isOffered ? ["source", "480p"] : ["480p"], Offering.Of(paused).Video.Select(one => one.Name));
        Assert.Equal(!isOffered, Offering.Of(paused).IsIndependent);

        // Who looks again finds what was there before; who watches a recording may go anywhere.
        Assert.Equal(["480p"], Offering.Lasting(paused).Video.Select(one => one.Name));
        Assert.Equal(["480p"], Offering.Of(ended).Video.Select(one => one.Name));
    }

    [Fact]
    public void Source_ThatPausesOften_IsLeftOutForARung()
    {
        var broadcast = Dependent(
            new BroadcastBuilder().Video("source").Video("480p").Audio().Segments(50).Build(),
            (name, index) => name == "source" && index < 6);

        Assert.Equal(["480p"], Offering.Of(broadcast).Video.Select(one => one.Name));
    }

    [Fact]
    public void Audio_Alone_IsReady() =>
        Assert.True(Offering.Of(new BroadcastBuilder().Audio().Segments(1).Build()).IsReady);

    /// <summary>The same, with segments that begin without a sync sample.</summary>
    private static BroadcastSnapshot Dependent(BroadcastSnapshot broadcast, Func<string, int, bool> isDependent) => broadcast with
    {
        Renditions =
        [
            .. broadcast.Renditions.Select(one => one with
            {
                Segments = [.. one.Segments.Select((segment, index) => segment with { Independent = !isDependent(one.Name, index) })],
            }),
        ],
    };
}
