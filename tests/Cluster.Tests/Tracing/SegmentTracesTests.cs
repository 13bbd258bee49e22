using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Streaming.Cluster.Broadcasts.Archive;
using Streaming.Cluster.Broadcasts.Memory;
using Streaming.Cluster.Tests.Broadcasts;

namespace Streaming.Cluster.Tests.Tracing;

/// <summary>Each segment on its way to storage is told.</summary>
[Collection(nameof(HeardAlone))]
public sealed class SegmentTracesTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Segments_AreToldWithTheirSize_AndWhatBecameOfThem()
    {
        using var heard = new HeardActivities();
        var archive = new SegmentArchive("live/b1", new ScriptedStorage { FailsOn = "/1.m4s" }, NullLogger.Instance);
        var running = new RunningArchive(archive, Task.CompletedTask);
        archive.Store("source", "0.m4s", HotMedia.Of(new byte[12]), static () => Task.CompletedTask);
        archive.Store("source", "1.m4s", HotMedia.Of(new byte[1]), static () => Task.CompletedTask);
        archive.Delete("source", "0.m4s");
        running.Complete();
        await running.Finished.WaitAsync(Patience);

        Assert.Equal(["live/b1/source/0.m4s", "live/b1/source/1.m4s"], heard.Ended.Select(store => store.GetTagItem("file.path")));
        Assert.Equal([12L, 1L], heard.Ended.Select(store => store.GetTagItem("file.size")));
        Assert.All(heard.Ended, store => Assert.Equal("segment/store", store.OperationName));
        Assert.Equal([ActivityStatusCode.Unset, ActivityStatusCode.Error], heard.Ended.Select(store => store.Status));
        Assert.Equal("System.IO.IOException", heard.Ended[1].GetTagItem("error.type"));
    }
}
