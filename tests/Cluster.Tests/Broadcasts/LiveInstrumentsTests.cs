using Streaming.Cluster.Tests.Graphs;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Streaming.Cluster.Channels;
using Streaming.Cluster.Broadcasts;
using Streaming.Cluster.Broadcasts.Instruments;
using Streaming.Cluster.Broadcasts.Archive;
using Streaming.Cluster.Broadcasts.Memory;
using Streaming.Cluster.Broadcasts.Source;
using Streaming.Pipeline.Flv;
using Streaming.Pipeline.Rtmp;
using Streaming.Pipeline.Tests;

namespace Streaming.Cluster.Tests.Broadcasts;

/// <summary>What publishers and broadcasts do is told to the node's instruments.</summary>
public sealed class LiveInstrumentsTests : IAsyncDisposable
{
    private const long BitRateMax = 800_000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new();
    private readonly ScriptedStorage _storage = new();
    private readonly TestMeters _meters = new();
    private readonly ChannelDirectory _directory;
    private readonly LiveChannels _channels;
    private readonly string _key;

    public LiveInstrumentsTests()
    {
        _directory = new ChannelDirectory(_folder["channels.db"], NullLogger.Instance);
        _key = _directory.Put("mine", null).StreamKey!;
        var instruments = new LiveInstruments(_meters);
        _channels = new LiveChannels(
            () => TestActors.System,
            _directory,
            new BroadcastOptions { Ladder = new() { Enabled = false }, BitRateMax = BitRateMax },
            _storage,
            _time,
            NullLogger<LiveChannel>.Instance,
            instruments: instruments);
        instruments.Observe(() => _channels.All);
    }

    [Fact]
    public async Task Tags_Sent_AreToldOnceASecondWithWhatWasDropped()
    {
        var publication = await PublishAsync();
        await SendAsync(publication, length: 10, times: 3);
        Assert.Equal(0, _meters["streaming.ingest.tags"]);

        _time.Advance(TimeSpan.FromSeconds(1));
        await UntilAsync(() => _meters["streaming.ingest.tags"] == 3);
        await SendAsync(publication, length: 10, times: 2);
        _time.Advance(TimeSpan.FromSeconds(1));

        await UntilAsync(() => _meters["streaming.ingest.tags"] == 5);
        Assert.Equal(5 * 12, _meters["streaming.ingest.received"]);
        Assert.Equal(5, _meters["streaming.ingest.dropped reason=before_configuration"]);
        Assert.Equal(1, _meters["streaming.ingest.publications"]);
        Assert.Equal(1, _meters["streaming.broadcast.began"]);
        Assert.Equal(1, _meters["streaming.broadcast.active"]);
        Assert.Equal(1, _meters["streaming.broadcast.publishers"]);
        Assert.Equal(1, _meters["streaming.transcoder.broadcasts state=off"]);
    }

    [Fact]
    public async Task Frames_HeldAtTheBeginning_AreCountedOnce()
    {
        var publication = await PublishAsync();
        var tags = await TestMedia.ReadTagsAsync(await TestMedia.FlvAsync(seconds: 1));
        foreach (var tag in tags)
        {
            // As some encoders do: an ADTS header before each frame of AAC. All of this second is held, and then passed on.
            await publication.WriteAsync(IsAudioFrame(tag) ? WithAdtsHeader(tag) : tag, CancellationToken.None);
        }

        _time.Advance(TimeSpan.FromSeconds(1));
        _time.Advance(TimeSpan.FromSeconds(1));
        await publication.EndAsync(PublicationEnd.Unpublished);

        await UntilAsync(() => _meters["streaming.ingest.publications_ended end=unpublished"] == 1);
        Assert.Equal(tags.Count, _meters["streaming.ingest.tags"]);
        Assert.Equal(tags.Count(IsAudioFrame), _meters["streaming.ingest.repaired kind=audio"]);
    }

    [Fact]
    public async Task Publishers_ThatFight_AreCountedByWhatBecameOfThem()
    {
        for (var i = 0; i <= TakeOvers.Max; i++)
        {
            await SendAsync(await PublishAsync(), length: 1);
        }

        Assert.IsType<PublishAnswer.Refused>(await AuthorizeAsync());

        Assert.Equal(TakeOvers.Max, _meters["streaming.ingest.take_overs outcome=of_a_living"]);
        Assert.Equal(1, _meters["streaming.ingest.take_overs outcome=held_off"]);
        Assert.Equal(TakeOvers.Max + 1, _meters["streaming.ingest.publications"]);
        Assert.Equal(TakeOvers.Max, _meters["streaming.ingest.publications_ended end=disconnected"]);
    }

    [Fact]
    public async Task Publisher_AfterASilentOne_IsCountedAsSuch()
    {
        await PublishAsync();
        await PublishAsync();

        Assert.Equal(1, _meters["streaming.ingest.take_overs outcome=of_a_silent"]);
    }

    [Fact]
    public async Task BitRate_AboveTheLimit_IsACutOff()
    {
        var publication = await PublishAsync();
        await SendAsync(publication, length: 110_000, times: 10);

        await UntilAsync(() => publication.Revoked.IsCancellationRequested);
        await UntilAsync(() => _meters["streaming.ingest.publications_ended end=revoked"] == 1);
        Assert.Equal(1, _meters["streaming.ingest.cut_offs reason=bit_rate"]);
    }

    [Fact]
    public async Task Archive_StorageFailsOrIsTooSlow_CountsTheSegmentsByReason()
    {
        var instruments = new BroadcastInstruments(_meters);
        _storage.FailsOn = "/1.m4s";
        _storage.Gate = new TaskCompletionSource();
        var archive = new SegmentArchive("live/b1", _storage, NullLogger.Instance, instruments: instruments);
        var running = new RunningArchive(archive, Task.CompletedTask);
        for (var index = 0; archive.Unstored < 2; index++)
        {
            archive.Store("source", $"{index}.m4s", HotMedia.Of(new byte[] { 1 }), static () => Task.CompletedTask);
            running.Pass();
        }

        Assert.InRange(archive.Waiting, SegmentArchive.WaitingMax - 2, SegmentArchive.WaitingMax);
        _storage.Gate.SetResult();
        running.Complete();
        await running.Finished.WaitAsync(Patience);

        // What was sent before the graph had begun is dealt with on its thread: more than two may have been dropped.
        Assert.Equal(1, _meters["streaming.broadcast.unstored reason=failed"]);
        Assert.Equal(archive.Unstored - 1, _meters["streaming.broadcast.unstored reason=queue_full"]);
        Assert.Equal(0, archive.Waiting);
    }

    public async ValueTask DisposeAsync()
    {
        await _channels.DisposeAsync();
        _directory.Dispose();
        _meters.Dispose();
        _folder.Dispose();
    }

    private Task<PublishAnswer> AuthorizeAsync() => _channels.AuthorizeAsync(
        new PublishRequest(LiveChannels.App, _key, null, "test"), CancellationToken.None).AsTask().WaitAsync(Patience);

    private async Task<Publication> PublishAsync() =>
        Assert.IsType<PublishAnswer.Accepted>(await AuthorizeAsync()).Publication;

    // An audio frame without a configuration: it counts, and is nothing to play.
    private static async Task SendAsync(Publication publication, int length, int times = 1)
    {
        for (var i = 0; i < times; i++)
        {
            await publication.WriteAsync(
                new FlvTag(FlvTagType.Audio, 0, (byte[])[0xAF, 1, .. new byte[length]]), CancellationToken.None);
        }
    }

    private static bool IsAudioFrame(FlvTag tag) => tag.Type == FlvTagType.Audio && tag.Body.Span[1] == 1;

    // ISO/IEC 14496-3 §1.A.3.2: AAC-LC, 48 kHz, two channels, no CRC, and the length of the frame with its header.
    private static FlvTag WithAdtsHeader(FlvTag tag)
    {
        var frame = tag.Body.Span[2..];
        var length = frame.Length + 7;
        return new FlvTag(tag.Type, tag.TimestampMs, (byte[])
        [
            .. tag.Body.Span[..2],
            0xFF, 0xF1, 0x4C, (byte)(0x80 | (length >> 11)), (byte)(length >> 3), (byte)(((length & 7) << 5) | 0x1F), 0xFC,
            .. frame,
        ]);
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!holds())
        {
            await Task.Delay(5, patience.Token);
        }
    }
}
