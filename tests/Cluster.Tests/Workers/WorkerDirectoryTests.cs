using Microsoft.Extensions.Time.Testing;
using Streaming.Cluster.Broadcasts.Rungs;
using Streaming.Cluster.Workers;

namespace Streaming.Cluster.Tests.Workers;

/// <summary>What workers say of themselves, and what is remembered of them.</summary>
public sealed class WorkerDirectoryTests
{
    private readonly WorkerDirectory _directory = new();

    [Fact]
    public void Worker_SaysMore_IsAsItSaidLast()
    {
        _directory.Take("node a", Told("a", 2, taken: 3));
        _directory.Take("node a", Told("a", 1, taken: 1)); // It comes late.

        var worker = Assert.Single(_directory.All);
        Assert.Equal(("node a", 3, true), (worker.Name, worker.Taken, worker.HasRoom));
        _directory.Take("node a", Told("a", 3, taken: 4));
        Assert.False(Assert.Single(_directory.All).HasRoom);
    }

    [Fact]
    public void Worker_TakenOut_IsNone()
    {
        _directory.Take("node a", Told("a", 1, taken: 0));
        _directory.Take("node b", Told("b", 1, taken: 0));
        _directory.Remove("a");

        Assert.Equal("node b", Assert.Single(_directory.All).Name);
    }

    [Fact]
    public void Failure_IsRememberedForHalfAMinute_OfThatBroadcast()
    {
        var time = new FakeTimeProvider();
        var failed = new FailedWorkers(time);
        failed.Add("a", "mine");
        time.Advance(FailedWorkers.Memory);

        Assert.True(failed.Has("a", "mine"));
        Assert.False(failed.Has("a", "other"));
        Assert.False(failed.Has("b", "mine"));
        time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.False(failed.Has("a", "mine"));
    }

    [Fact]
    public void Load_OfTheMachine_IsTheShareThatWasNotIdle()
    {
        var load = new MachineLoad();
        load.Since("cpu  100 0 100 700 100 0 0 0 0 0");

        Assert.Equal(0.75, load.Since("cpu  150 0 125 720 105 0 0 0 0 0"), 3);
        Assert.Equal(0, load.Since("cpu  150 0 125 720 105 0 0 0 0 0"));
        Assert.Equal(0, load.Since(""));
    }

    private static ToldWorker Told(string node, long round, int taken) =>
        new(node, new("10.0.0.1", 4054), round, 4, taken, 2, 0, TimeSpan.Zero, false, [new RunId("b", 1)]);
}
