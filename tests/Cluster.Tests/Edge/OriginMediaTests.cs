using System.Globalization;
using Microsoft.Extensions.Time.Testing;
using Streaming.Cluster.Edge;
using Streaming.Cluster.Membership;
using Streaming.Pipeline.Storage;
using Streaming.Pipeline.Storage.Memory;
using Streaming.Pipeline.Tests;

namespace Streaming.Cluster.Tests.Edge;

/// <summary>Segments of other nodes are fetched once, and kept within bounds.</summary>
public sealed class OriginMediaTests : IDisposable
{
    private static readonly NodeAddress Here = new("here", 1);

    private readonly FakeTimeProvider _time = new();
    private readonly TestMeters _meters = new();
    private readonly LocalUpstream _upstream = new();
    private readonly OriginMedia _media;

    public OriginMediaTests()
    {
        _media = new(_upstream, _time, new FetchInstruments(_meters), keptBytesMax: 1_000, bytesMax: 2_000);
        for (var sequence = 0; sequence < 10; sequence++)
        {
            _upstream.Files[Segment(sequence).StoredName] = [.. Enumerable.Repeat((byte)sequence, 400)];
        }
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _media.Dispose();
        _upstream.Dispose();
        _meters.Dispose();
    }

    [Fact]
    public async Task Segment_ManyAtOnce_IsFetchedOnce_AndOneWhoLeavesTakesNobodyAlong()
    {
        var gate = new TaskCompletionSource();
        _upstream.Fetching = gate.Task;
        using var leaving = new CancellationTokenSource();
        var left = _media.OpenAsync(Here, Segment(3), leaving.Token);
        var others = Enumerable.Range(0, 100).Select(_ => _media.OpenAsync(Here, Segment(3), Token)).ToList();
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);

        gate.SetResult();

        foreach (var opened in await Task.WhenAll(others))
        {
            await using (opened)
            {
                Assert.True(opened!.CanSeek);
                Assert.Equal((400, 3), (opened.Length, opened.ReadByte()));
            }
        }

        await ReadAsync(3);
        Assert.Equal((Here, Segment(3)), Assert.Single(_upstream.Fetched));
        Assert.Equal(1, _meters["streaming.fetch.requests found=miss"]);
        Assert.Equal(100, _meters["streaming.fetch.requests found=joined"]);
        Assert.Equal(1, _meters["streaming.fetch.requests found=hit"]);
        Assert.Equal(1, _meters["streaming.fetch.fetches outcome=fetched"]);
        Assert.Equal(400, _meters["streaming.fetch.received"]);
        Assert.Equal(400, _meters["streaming.fetch.memory"]);
    }

    [Fact]
    public async Task Segments_ThatNobodyReads_AreKeptUpToTheBound_TheLastReadLongest()
    {
        await ReadAsync(0);
        await ReadAsync(1);
        await ReadAsync(0);
        await ReadAsync(2); // 1 makes room.
        Assert.Equal(800, _meters["streaming.fetch.memory"]);
        Assert.Equal(1, _meters["streaming.fetch.evicted"]);

        await ReadAsync(0);
        await ReadAsync(2);
        Assert.Equal(3, _upstream.Fetched.Count);
        await ReadAsync(1);
        Assert.Equal(4, _upstream.Fetched.Count);
    }

    [Fact]
    public async Task Segments_ThatAreRead_AreCounted_AndBeyondTheBoundViewersComeAgain()
    {
        var reading = new List<Stream?>();
        for (var sequence = 0; sequence < 5; sequence++)
        {
            reading.Add(await _media.OpenAsync(Here, Segment(sequence), Token));
        }

        Assert.Equal(2_000, _meters["streaming.fetch.memory"]);
        var refused = await Assert.ThrowsAsync<StorageUnavailableException>(() => _media.OpenAsync(Here, Segment(5), Token));
        Assert.True(refused.IsPassing);
        Assert.Equal(2_000, _meters["streaming.fetch.memory"]);

        await reading[0]!.DisposeAsync();
        await reading[0]!.DisposeAsync(); // Again: it counts once.
        await ReadAsync(5);
        reading.ForEach(static stream => stream!.Dispose());
        Assert.Equal(800, _meters["streaming.fetch.memory"]);
    }

    [Fact]
    public async Task Segment_ThatTheOriginDoesNotHave_IsNone_AndAskedForAgain()
    {
        Assert.Null(await _media.OpenAsync(Here, Segment(10), Token));
        _upstream.Files[Segment(10).StoredName] = [1];

        await ReadAsync(10);

        Assert.Equal(1, _meters["streaming.fetch.fetches outcome=missing"]);
        Assert.Equal(1, _meters["streaming.fetch.memory"]);
    }

    [Fact]
    public async Task Origin_ThatFails_IsStorageThatIsNotToBeHad_AndAskedAgain()
    {
        _upstream.Fetching = Task.FromException(new UpstreamException("Unavailable"));
        var failed = await Assert.ThrowsAsync<StorageUnavailableException>(() => _media.OpenAsync(Here, Segment(0), Token));
        Assert.True(failed.IsPassing);

        _upstream.Fetching = new TaskCompletionSource().Task;
        var silent = _media.OpenAsync(Here, Segment(0), Token);
        while (_upstream.Fetched.Count < 2)
        {
            await Task.Yield(); // Its time begins in the thread pool.
        }

        _time.Advance(OriginMedia.FetchTimeout);
        await Assert.ThrowsAsync<StorageUnavailableException>(() => silent);

        _upstream.Fetching = Task.CompletedTask;
        await ReadAsync(0);
        Assert.Equal(2, _meters["streaming.fetch.fetches outcome=failed"]);
        Assert.Equal(400, _meters["streaming.fetch.memory"]);
    }

    [Fact]
    public async Task Segment_OfMoreThanTheLimit_IsNotTaken()
    {
        _upstream.Files[Segment(0).StoredName] = new byte[OriginMedia.FileBytesMax + 1];

        await Assert.ThrowsAsync<StorageUnavailableException>(() => _media.OpenAsync(Here, Segment(0), Token));
        Assert.Equal(0, _meters["streaming.fetch.memory"]);
    }

    [Fact]
    public async Task Fetches_BeyondTheBound_AreRefused()
    {
        var gate = new TaskCompletionSource();
        _upstream.Fetching = gate.Task;
        var waiting = Enumerable.Range(100, OriginMedia.FetchesMax)
            .Select(sequence => _media.OpenAsync(Here, Segment(sequence), Token)).ToList();

        await Assert.ThrowsAsync<StorageUnavailableException>(() => _media.OpenAsync(Here, Segment(0), Token));
        Assert.InRange(_upstream.Fetched.Count, 0, OriginMedia.FetchesAtOnce);

        gate.SetResult();
        Assert.All(await Task.WhenAll(waiting), Assert.Null);
        await ReadAsync(0);
    }

    [Fact]
    public async Task Storage_OfANodeOfItsOwn_ComesFirst_AndTheOriginHasSegmentsOfTheBroadcastOnly()
    {
        var local = new MemoryStorage(1_000);
        await local.WriteAsync(Segment(0).StoredName, [new byte[] { 77 }], Token);
        var storage = new OriginStorage(local, _media, "mine", "b1", Here);

        await using (var own = await storage.OpenAsync(Segment(0).StoredName, Token))
        {
            Assert.Equal(77, own!.ReadByte());
        }

        foreach (var name in (string[])["live/b2/source/1.m4s", "live/b1/source/init-0.mp4", "live/b1/index.m3u8", "live/b1/source/x/1.m4s"])
        {
            _upstream.Files[name] = [1];
            Assert.Null(await storage.OpenAsync(name, Token));
        }

        Assert.Empty(_upstream.Fetched);
        var there = new NodeAddress("there", 2);
        storage.ComesFrom(there);
        await using var fetched = await storage.OpenAsync(Segment(1).StoredName, Token);
        Assert.Equal((there, Segment(1)), Assert.Single(_upstream.Fetched));
    }

    [Theory]
    [InlineData("20260101T000000Z-0123abcd", "source", "0.m4s", true)]
    [InlineData("20260101T000000Z-0123abcd", "240p", "123456.m4s", true)]
    [InlineData("20260101T000000Z-/../../a", "source", "0.m4s", false)]
    [InlineData("b1", "source", "0.m4s", false)]
    [InlineData("20260101T000000Z-0123abcd", "", "0.m4s", false)]
    [InlineData("20260101T000000Z-0123abcd", "..", "0.m4s", false)]
    [InlineData("20260101T000000Z-0123abcd", "a/b", "0.m4s", false)]
    [InlineData("20260101T000000Z-0123abcd", "source", "../0.m4s", false)]
    [InlineData("20260101T000000Z-0123abcd", "source", "00.m4s", false)]
    [InlineData("20260101T000000Z-0123abcd", "source", "0.0.m4s", false)]
    [InlineData("20260101T000000Z-0123abcd", "source", "init-0.mp4", false)]
    [InlineData("20260101T000000Z-0123abcd", "source", "", false)]
    public void Names_AreOfTheFormThatBroadcastsHave(string broadcastId, string rendition, string name, bool expected) =>
        Assert.Equal(expected, new OriginFile("mine", broadcastId, rendition, name).IsValid);

    private static OriginFile Segment(int sequence) =>
        new("mine", "b1", "source", string.Create(CultureInfo.InvariantCulture, $"{sequence}.m4s"));

    private async Task ReadAsync(int sequence)
    {
        await using var opened = await _media.OpenAsync(Here, Segment(sequence), Token);
        Assert.NotNull(opened);
    }
}
