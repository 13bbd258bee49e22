using Streaming.Pipeline.Media;

namespace Streaming.Pipeline.Tests.Media;

/// <summary>Bytes stay what they are as long as somebody holds them, and cannot be had after that.</summary>
public sealed class MediaBufferTests
{
    [Fact]
    public void Copy_OfTwoRuns_IsOneAfterTheOther()
    {
        var buffer = MediaBuffer.Copy([1, 2], [3, 4, 5]);

        Assert.Equal([1, 2, 3, 4, 5], buffer.Memory.ToArray());
        Assert.Equal(5, buffer.Length);
    }

    [Fact]
    public void Hold_AfterTheLastWasLetGo_IsRefused()
    {
        var buffer = MediaBuffer.Copy([1], []);
        Assert.True(buffer.TryHold());
        buffer.Release();
        Assert.True(buffer.TryHold());
        buffer.Release();
        buffer.Release();

        Assert.False(buffer.TryHold());
        Assert.Throws<InvalidOperationException>(buffer.Release);
        Assert.False(buffer.TryHold());
    }

    [Fact]
    public void Array_OfALastHoldLetGo_IsUsedAgain()
    {
        var first = MediaBuffer.Copy(new byte[100_000], []);
        Assert.True(first.TryHold());
        first.Release();
        var second = MediaBuffer.Copy(Enumerable.Repeat((byte)2, 100_000).ToArray(), []);
        Assert.Equal(0, first.Memory.Span[0]); // Still held.

        first.Release();
        _ = MediaBuffer.Copy(Enumerable.Repeat((byte)3, 100_000).ToArray(), []);

        Assert.Equal(3, first.Memory.Span[0]); // On this thread the pool gives what it was given last.
        Assert.Equal(2, second.Memory.Span[0]);
    }

    [Fact]
    public async Task Holds_OfManyThreads_NeverSeeOtherBytes()
    {
        var shared = new MediaBuffer?[1];
        var wrong = 0;
        using var end = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            while (!end.IsCancellationRequested)
            {
                if (Volatile.Read(ref shared[0]) is { } buffer && buffer.TryHold())
                {
                    var span = buffer.Memory.Span;
                    wrong += span.ContainsAnyExcept(span[0]) ? 1 : 0;
                    buffer.Release();
                }
            }
        })).ToList();

        var bytes = new byte[20_000];
        for (var round = 0; round < 20_000; round++)
        {
            Array.Fill(bytes, (byte)round);
            var buffer = MediaBuffer.Copy(bytes, []);
            Volatile.Write(ref shared[0], buffer);
            buffer.Release();
        }

        await end.CancelAsync();
        await Task.WhenAll(readers);
        Assert.Equal(0, wrong);
    }
}
