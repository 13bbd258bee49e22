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
        var broadcast = new BroadcastBuilder().Video("source").Video("480p").Audio().Segments(12).Build();
        var rare = broadcast with
        {
            Renditions =
            [
                .. broadcast.Renditions.Select(one => one with
                {
                    Segments =
                    [
                        .. one.Segments.Select((segment, index) => segment with
                        {
                            Independent = one.Name switch { "source" => index % 4 == 0, "480p" => index != 1, _ => true },
                        }),
                    ],
                }),
            ],
        };

        Assert.Equal(["480p"], Offering.Of(rare).Video.Select(one => one.Name));
        Assert.False(Offering.Of(rare).IsIndependent);
    }

    [Fact]
    public void Audio_Alone_IsReady() =>
        Assert.True(Offering.Of(new BroadcastBuilder().Audio().Segments(1).Build()).IsReady);
}
