using Streaming.Pipeline.Rtmp.Session;

namespace Streaming.Pipeline.Tests.Rtmp.Session;

public sealed class ReceiveWindowTests
{
    [Fact]
    public void HalfTheWindow_IsAcknowledgedAndOneByteLessIsNot()
    {
        var window = new ReceiveWindow(1000);
        Assert.False(window.TryAcknowledge(499, out _));
        Assert.True(window.TryAcknowledge(1, out var sequenceNumber));
        Assert.Equal(500u, sequenceNumber);
        Assert.False(window.TryAcknowledge(499, out _));
    }

    [Fact]
    public void SequenceNumber_WrapsAt32Bit()
    {
        var window = new ReceiveWindow(1000, received: 0xFFFFFF00);
        Assert.True(window.TryAcknowledge(600, out var sequenceNumber));
        Assert.Equal(344u, sequenceNumber);
        Assert.False(window.TryAcknowledge(400, out _));
        Assert.True(window.TryAcknowledge(100, out sequenceNumber));
        Assert.Equal(844u, sequenceNumber);
    }

    [Fact]
    public void PeersWindow_ReplacesOurs_UnlessZero()
    {
        var window = new ReceiveWindow(1000);
        window.SetSize(0);
        Assert.False(window.TryAcknowledge(499, out _));
        window.SetSize(1);
        Assert.True(window.TryAcknowledge(1, out _));
        Assert.False(window.TryAcknowledge(0, out _));
    }
}
