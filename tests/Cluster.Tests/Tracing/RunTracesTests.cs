using System.Diagnostics;
using Akka.Actor;
using Microsoft.Extensions.Logging.Abstractions;
using Streaming.Cluster.Broadcasts.Rungs;
using Streaming.Cluster.Tests.Graphs;
using Streaming.Cluster.Tests.Transcoding;
using Streaming.Cluster.Transcoding;
using Streaming.Pipeline.Transcoding;

namespace Streaming.Cluster.Tests.Tracing;

/// <summary>The beginning of a run and its end are told by origin and slot, linked; what is between them is not.</summary>
[Collection(nameof(HeardAlone))]
public sealed class RunTracesTests : Akka.TestKit.Xunit.TestKit
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly RunId Run = new("mine", 3);

    private readonly HeardActivities _heard = new();
    private readonly RegionRuns _runs;

    public RunTracesTests()
        : base(TestActors.Configuration)
    {
        var waiting = new WaitingRuns();
        var slot = Sys.ActorOf(TranscodeRunEntity.PropsOf(waiting, TimeProvider.System));
        var region = Sys.ActorOf(Props.Create(() => new Crossing(slot)));
        _runs = new RegionRuns(
            () => Sys, () => region, () => "alone:1", new RunSlots(1), waiting, new(Patience, Patience), new LadderOptions(),
            TimeProvider.System, NullLogger.Instance);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _heard.Dispose();
    }

    [Fact]
    public async Task Run_ThatIsStopped_IsTwoTraces_ItsBeginningAndItsEnd()
    {
        using var stopping = new CancellationTokenSource();
        var run = new ScriptedRun();
        var inWork = default(Activity);
        var running = _runs.RunAsync(
            Run,
            token =>
            {
                inWork = Activity.Current;
                return run.WorkAsync(token);
            },
            stopping.Token);
        await run.Begun.WaitAsync(Patience);
        var (asked, begun) = await PairAsync("run/start", ActivityKind.Client, ActivityKind.Server);
        Assert.Equal("started", begun.GetTagItem("streaming.outcome"));
        Assert.Null(inWork); // What the run does for hours is not in its beginning.

        await stopping.CancelAsync();
        await running.WaitAsync(Patience);

        var (toStop, stopped) = await PairAsync("run/stop", ActivityKind.Client, ActivityKind.Server);
        Assert.NotEqual(asked.TraceId, toStop.TraceId);
        Assert.Equal("cancelled", stopped.GetTagItem("streaming.outcome"));
        Assert.All([asked, begun, toStop, stopped], activity =>
        {
            Assert.Equal("mine", activity.GetTagItem("streaming.broadcast"));
            Assert.Equal(3, activity.GetTagItem("streaming.run.epoch"));
            Assert.Equal("alone:1-0", activity.GetTagItem("streaming.slot"));
            Assert.Equal(ActivityStatusCode.Unset, activity.Status);
        });
    }

    [Fact]
    public async Task Run_ThatCrashes_IsToldByItsSlot_WithWhy()
    {
        var run = new ScriptedRun();
        var running = _runs.RunAsync(Run, run.WorkAsync, CancellationToken.None);
        await run.Begun.WaitAsync(Patience);
        run.End.SetResult(new(TranscodeEnd.Crashed, "It ended."));
        await running.WaitAsync(Patience);

        var (ended, heardOf) = await PairAsync("run/end", ActivityKind.Producer, ActivityKind.Consumer);
        Assert.All([ended, heardOf], activity => Assert.Equal(
            (ActivityStatusCode.Error, "It ended.", "crashed"),
            (activity.Status, activity.StatusDescription!, (string)activity.GetTagItem("error.type")!)));
        Assert.Equal(4, _heard.Ended.Count); // Those, and of its beginning two.
    }

    private async Task<(Activity Parent, Activity Child)> PairAsync(string name, ActivityKind parentKind, ActivityKind childKind)
    {
        var (parent, child) = (await _heard.OneAsync(name, parentKind), await _heard.OneAsync(name, childKind));
        Assert.Equal((parent.TraceId, parent.SpanId), (child.TraceId, child.ParentSpanId));
        Assert.Null(parent.ParentId);
        Assert.True(child.HasRemoteParent);
        return (parent, child);
    }
}
