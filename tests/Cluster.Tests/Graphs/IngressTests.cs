using Akka.Streams;
using Akka.Streams.Dsl;
using Akka.Streams.TestKit;
using Streaming.Cluster.Graphs;

namespace Streaming.Cluster.Tests.Graphs;

/// <summary>The way into a graph keeps the order and what nobody asks for, and nobody waits for one that has ended.</summary>
public sealed class IngressTests : Akka.TestKit.Xunit.TestKit
{
    private const string Last = "last";

    private readonly List<string> _lost = [];
    private readonly Ingress<string> _ingress;

    public IngressTests()
        : base(TestActors.Configuration) => _ingress = new Ingress<string>(static item => item == Last, _lost.Add);

    [Fact]
    public async Task Items_SentBeforeItStarts_ComeFirst()
    {
        _ingress.Send("1");
        _ingress.Send("2");
        var probe = Run();
        _ingress.Send("3");

        await probe.RequestNextAsync("1");
        await probe.RequestNextAsync("2");
        await probe.RequestNextAsync("3");
    }

    [Fact]
    public async Task Items_WithoutDemand_WaitInOrder()
    {
        var probe = Run();
        for (var i = 0; i < 100; i++)
        {
            _ingress.Send($"{i}");
        }

        for (var i = 0; i < 100; i++)
        {
            await probe.RequestNextAsync($"{i}");
        }
    }

    [Fact]
    public async Task LastItem_CompletesAfterThoseBeforeIt()
    {
        var probe = Run();
        _ingress.Send("1");
        _ingress.Send(Last);

        await probe.RequestNextAsync("1");
        probe.Request(1);
        await probe.ExpectCompleteAsync();
        Assert.Empty(_lost);
    }

    [Fact]
    public async Task Items_ThatNobodyAskedFor_AreLostWhenTheGraphEnds()
    {
        var probe = Run();
        _ingress.Send("1");
        _ingress.Send("2");
        await probe.RequestNextAsync("1");
        probe.Cancel();

        await AwaitConditionAsync(() => Task.FromResult(_lost.Contains("2")));
    }

    [Fact]
    public async Task Items_AfterTheEnd_AreLostAtOnce()
    {
        var probe = Run();
        _ingress.Send(Last);
        probe.Request(1);
        await probe.ExpectCompleteAsync();

        await AwaitConditionAsync(() =>
        {
            _ingress.Send("late");
            return Task.FromResult(_lost.Contains("late"));
        });
    }

    private TestSubscriber.Probe<string> Run() =>
        _ingress.ToSource().ToMaterialized(this.SinkProbe<string>(), Keep.Right).Run(Sys.Materializer());
}
