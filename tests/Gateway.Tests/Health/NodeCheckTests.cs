using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Streaming.Gateway.Health;
using Streaming.Gateway.Tests.Nodes;

namespace Streaming.Gateway.Tests.Health;

/// <summary>What is tried out is so seldom, however often it is asked for.</summary>
public sealed class NodeCheckTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task Check_AskedByMany_TriesOutOnceInAWhile()
    {
        var tries = 0;
        var check = Check(() =>
        {
            Interlocked.Increment(ref tries);
            return Task.FromResult<string?>(null);
        });

        for (var round = 1; round <= 3; round++)
        {
            await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => AskAsync(check)));
            Assert.Equal(round, tries);
            _time.Advance(NodeCheck.Interval);
        }
    }

    [Fact]
    public async Task Check_FailsAndWorksAgain_SaysBoth()
    {
        Exception? failure = new IOException("The disk is full.");
        var check = Check(() => failure is null ? Task.FromResult<string?>(null) : throw failure);

        var result = await AskAsync(check);
        Assert.Equal((HealthStatus.Unhealthy, "The disk is full."), (result.Status, result.Description));

        failure = null;
        _time.Advance(NodeCheck.Interval);
        Assert.Equal(HealthStatus.Healthy, (await AskAsync(check)).Status);
    }

    [Fact]
    public async Task Check_WorksAndSomethingIsWrong_IsDegradedWithTheReason()
    {
        var result = await AskAsync(Check(static () => Task.FromResult<string?>("The bucket is away.")));

        Assert.Equal((HealthStatus.Degraded, "The bucket is away."), (result.Status, result.Description));
    }

    [Fact]
    public async Task Check_Hangs_IsNotWaitedForAndNotTriedTwice()
    {
        var (tries, hanging) = (0, new TaskCompletionSource<string?>());
        var check = Check(() =>
        {
            Interlocked.Increment(ref tries);
            return hanging.Task;
        });

        for (var round = 0; round < 3; round++)
        {
            var asking = AskAsync(check);
            await Eventually.HoldsAsync("the check was begun", () => Task.FromResult(Volatile.Read(ref tries) == 1));
            _time.Advance(NodeCheck.Interval);
            var result = await asking;
            Assert.Equal(HealthStatus.Unhealthy, result.Status);
        }

        hanging.SetResult(null);
        Assert.Equal(1, tries);
        Assert.Equal(HealthStatus.Healthy, (await AskAsync(check)).Status);
    }

    private NodeCheck Check(Func<Task<string?>> tryOut) => new("storage", tryOut, _time, NullLogger<NodeCheck>.Instance);

    private static Task<HealthCheckResult> AskAsync(NodeCheck check) => check.CheckHealthAsync(new HealthCheckContext());
}
