using Streaming.Cluster.Tests.Graphs;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Streaming.Cluster.Channels;
using Streaming.Cluster.Broadcasts;
using Streaming.Cluster.Removal;
using Streaming.Cluster.Recordings;
using Streaming.Cluster.Tests.Databases;
using Streaming.Cluster.Tests.Broadcasts;
using Streaming.Cluster.Tests.Membership;
using Streaming.Cluster.Tests.Recordings;
using Streaming.Pipeline.Rtmp;
using Streaming.Pipeline.Storage.Memory;
using Streaming.Pipeline.Tests;
using Streaming.Pipeline.Timelines;
using Streaming.Pipeline.Transcoding;

namespace Streaming.Cluster.Tests.Channels;

/// <summary>A channel is deleted wholly or not at all, however much of it cannot be done at once.</summary>
public sealed class ChannelRemovalTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new(Stored.Start);
    private readonly ScriptedStorage _storage = new(new MemoryStorage(1L << 30));
    private readonly RecordingJournal _journal;
    private readonly RecordingLibrary _recordings;
    private ClusterMember _member = null!;
    private LiveChannels _live = null!;
    private ChannelRemoval _removal = null!;

    public ChannelRemovalTests()
    {
        _journal = new RecordingJournal(_folder["recordings.db"]);
        _recordings = new(_journal, new(), _storage, _time, NullLogger<RecordingLibrary>.Instance);
    }

    private ChannelDirectory Directory => _member.Directory;

    public async ValueTask InitializeAsync()
    {
        _member = await ClusterMember.StartAsync(_folder);
        var options = new BroadcastOptions { Ladder = new LadderOptions { Enabled = false } };
        _live = new LiveChannels(() => TestActors.System, Directory, options, _storage, _time, NullLogger<LiveChannel>.Instance, _recordings);
        _removal = new(Directory, _member.Registry, _live, _recordings, _time, NullLogger<ChannelRemoval>.Instance);
    }

    public async ValueTask DisposeAsync()
    {
        await _live.DisposeAsync();
        _removal.Dispose();
        await _member.DisposeAsync();
        _journal.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Remove_JournalOfEventsRefuses_ChangesNothing()
    {
        var key = (await _member.Registry.PutAsync("news", null)).StreamKey!;
        await RecordAsync("b1");
        using (Refusing.Changes(_folder["events.db"], "INSERT", "journal"))
        {
            await Assert.ThrowsAsync<ChannelsUnavailableException>(() => _removal.RemoveAsync("news"));
        }

        Assert.NotNull(Directory.FindByStreamKey(key));
        Assert.Single(_recordings.Of("news"));
    }

    [Fact]
    public async Task Remove_JournalRefuses_IsFinishedBeforeTheNameIsGivenAgain()
    {
        await _member.Registry.PutAsync("news", null);
        await RecordAsync("b1");
        using (Refusing.Changes(_folder["recordings.db"], "INSERT", "leaving"))
        {
            Assert.True(await _removal.RemoveAsync("news"));
            Assert.Null(Directory.Find("news"));
            Assert.False(await _removal.FinishAsync("news"));
        }

        Assert.True(await _removal.FinishAsync("news"));
        Assert.Empty(_recordings.Of("news"));
        Assert.Empty(Directory.Leaving);
        Assert.False(await _removal.RemoveAsync("news"));
    }

    [Fact]
    public async Task Remove_BroadcastUnderWay_IsNoRecordingLater()
    {
        await _member.Registry.PutAsync("news", null);
        var growing = await RecordAsync("b1", isEnded: false);
        await _storage.WriteAsync("live/b1/source/0.m4s", [new byte[10]], default);

        Assert.True(await _removal.RemoveAsync("news"));
        await growing.EndAsync();
        await growing.DeleteAsync();

        Assert.Empty(_recordings.Of("news"));
        Assert.Equal(0, _storage.UsedBytes);
        Assert.False(await _journal.KnowsAsync("b1"));
    }

    [Fact]
    public async Task Deletion_AtAnotherNode_LeavesNothingHereWhenItIsHeard()
    {
        var key = (await _member.Registry.PutAsync("news", null)).StreamKey!;
        Assert.IsType<PublishAnswer.Accepted>(await _live.AuthorizeAsync(new PublishRequest("live", key, null, "1"), CancellationToken.None));
        await RecordAsync("b1");
        await _member.Registry.DeleteAsync("news");

        _removal.Hear("news");

        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (_recordings.Of("news").Any() || _live.Find("news") is not null)
        {
            await Task.Delay(10, patience.Token);
        }
    }

    [Fact]
    public async Task Remove_BroadcastDoesNotEndAsItShould_IsGoneAllTheSame()
    {
        var key = (await _member.Registry.PutAsync("news", null)).StreamKey!;
        await RecordAsync("b1");
        var answer = await _live.AuthorizeAsync(new PublishRequest("live", key, null, "1"), CancellationToken.None);
        var publication = Assert.IsType<PublishAnswer.Accepted>(answer).Publication;
        _storage.Failure = new InvalidOperationException("nobody has thought of this");
        _storage.FailsOn = "live";
        foreach (var tag in await TestMedia.ReadTagsAsync(await TestMedia.FlvAsync("30", 0, 60, "160x90", 48_000, 1, seconds: 10)))
        {
            await publication.WriteAsync(tag, CancellationToken.None);
        }

        _storage.FailsOn = ".m4s";
        Assert.True(await _removal.RemoveAsync("news"));

        Assert.Null(_live.Find("news"));
        Assert.Empty(_recordings.Of("news"));
        Assert.NotNull(publication.RevokedReason);
    }

    private async Task<BroadcastRecording> RecordAsync(string id, bool isEnded = true)
    {
        var recording = _recordings.Record(id, "news", new SegmentationOptions());
        var stored = Stored.Segment("source", Stored.Video(720), 0);
        recording.Add(stored.Period);
        await recording.AddAsync("source", stored.Segment, stored.Configuration, stored.FrameRate);
        if (isEnded)
        {
            await recording.EndAsync();
        }

        return recording;
    }
}
