using Akka.Streams;
using Akka.Streams.Dsl;
using Akka.Streams.TestKit;
using Streaming.Cluster.Graphs;

namespace Streaming.Cluster.Tests.Graphs;

/// <summary>Who comes before a bounded buffer never waits for who comes after it.</summary>
public sealed class BoundedBufferTests() : Akka.TestKit.Xunit.TestKit(TestActors.Configuration)
{
    private readonly List<int> _dropped = [];
    private readonly List<int> _admitted = [];
    private int _waiting;

    [Fact]
    public async Task Elements_WithoutDemand_WaitUntilItIsFullAndAreDroppedThen()
    {
        var (source, sink) = Run(3);
        for (var i = 0; i < 10; i++)
        {
            await source.SendNextAsync(i); // There always is demand.
        }

        await AwaitConditionAsync(() => Task.FromResult(_dropped.Count == 7));
        Assert.Equal([0, 1, 2], _admitted);
        Assert.Equal(3, _waiting);
        await sink.RequestNextAsync(0);
        await source.SendNextAsync(10);
        await sink.RequestNextAsync(1);
        await sink.RequestNextAsync(2);
        await sink.RequestNextAsync(10);
        Assert.Equal(0, _waiting);
    }

    [Fact]
    public async Task Elements_OfMoreThanTheirSizeTogether_AreDropped_AndOneThatIsLargerIsTaken()
    {
        var (source, sink) = Run(100, maxSize: 10);
        foreach (var size in (int[])[20, 1, 0])
        {
            await source.SendNextAsync(size);
        }

        await AwaitConditionAsync(() => Task.FromResult(_waiting == 2));
        Assert.Equal([1], _dropped);
        await sink.RequestNextAsync(20);
        foreach (var size in (int[])[6, 5, 4])
        {
            await source.SendNextAsync(size);
        }

        await AwaitConditionAsync(() => Task.FromResult(_dropped.Count == 2));
        Assert.Equal([1, 5], _dropped);
        foreach (var size in (int[])[0, 6, 4])
        {
            await sink.RequestNextAsync(size);
        }
    }

    [Fact]
    public async Task Elements_OfSeveral_AreDroppedWhenTheirBudgetIsUsedUp_AndItIsGivenBack()
    {
        var budget = new ByteBudget(10);
        var (source, sink) = Run(100, budget: budget);
        var (other, otherSink) = Run(100, budget: budget);
        await source.SendNextAsync(8);
        await AwaitConditionAsync(() => Task.FromResult(budget.Taken == 8));
        await other.SendNextAsync(3);
        await AwaitConditionAsync(() => Task.FromResult(_dropped.Count == 1));
        await other.SendNextAsync(2);
        await AwaitConditionAsync(() => Task.FromResult(budget.Taken == 10));

        await sink.RequestNextAsync(8);
        Assert.Equal(2, budget.Taken);
        otherSink.Cancel();

        await AwaitConditionAsync(() => Task.FromResult(budget.Taken == 0));
        await source.SendNextAsync(20); // Nobody has any: one that is larger goes in.
        await sink.RequestNextAsync(20);
        Assert.Equal((int[])[3], _dropped);
    }

    [Fact]
    public async Task End_OfWhatComes_IsPassedOnAfterWhatWaits()
    {
        var (source, sink) = Run(3);
        await source.SendNextAsync(1);
        await source.SendNextAsync(2);
        await source.SendCompleteAsync();

        await sink.RequestNextAsync(1);
        await sink.RequestNextAsync(2);
        await sink.ExpectCompleteAsync();
    }

    [Fact]
    public async Task End_WithNothingWaiting_IsPassedOn()
    {
        var (source, sink) = Run(3);
        sink.Request(1);
        await source.SendCompleteAsync();

        await sink.ExpectCompleteAsync();
    }

    private (TestPublisher.Probe<int> Source, TestSubscriber.Probe<int> Sink) Run(
        int max, long maxSize = long.MaxValue, ByteBudget? budget = null) => this.SourceProbe<int>()
        .Via(new BoundedBuffer<int>(
            max, maxSize, static element => element, count => _waiting = count, _dropped.Add, _admitted.Add, budget))
        .ToMaterialized(this.SinkProbe<int>(), Keep.Both)
        .Run(Sys.Materializer());
}
