using System.IO.Compression;
using System.Net;
using Streaming.Gateway.Tests.Nodes;
using Streaming.Playlists;

namespace Streaming.Gateway.Tests.Playback;

/// <summary>Low-Latency HLS as a server promises it. RFC 8216bis §6.2.5 and appendix B.</summary>
public sealed class LowLatencyTests(LowLatencyNode live) : IClassFixture<LowLatencyNode>
{
    private readonly HttpClient _viewer = live.Node.Viewer;

    [Fact]
    public async Task Playlists_FollowedPartByPart_KeepTheirPromises()
    {
        var checker = new BroadcastChecker(
            [.. LowLatencyNode.Renditions.Select(rendition => new PlaylistChecker(_viewer, live.Playlist(rendition)))]);

        await Eventually.HoldsAsync(
            "the window has moved on",
            async () =>
            {
                await Task.WhenAll(checker.Renditions.Select(
                    rendition => checker.ReloadAsync(rendition, TestContext.Current.CancellationToken)));
                return checker.Renditions.All(rendition => rendition.FetchedAfterLeaving >= 3);
            },
            TimeSpan.FromSeconds(60));

        Assert.All(checker.Renditions, rendition =>
        {
            Assert.True(rendition.DeltasCompared >= 5, $"{rendition.DeltasCompared} of {rendition.Reloads}");
            Assert.True(rendition.HintsKept >= 5, $"{rendition.HintsKept} of {rendition.Reloads}");
        });
        Assert.True(checker.ReportsKept >= 5);
    }

    [Theory]
    [InlineData("source")]
    [InlineData("240p")]
    [InlineData("audio")]
    public async Task Reload_ForAPartToCome_HasThatPart(string rendition)
    {
        for (var ahead = 0; ahead < 4; ahead++)
        {
            var (sequence, part) = (await live.NowAsync(rendition)).Next;
            var answer = CheckedPlaylist.Parse(await ReloadAsync(rendition, sequence, part + ahead));
            Assert.True(
                answer.Next.CompareTo((sequence, part + ahead)) > 0 || answer.Next.CompareTo((sequence + 1, 0)) > 0, answer.Text);
        }
    }

    [Fact]
    public async Task Reload_ForASegmentToCome_HasItWhole()
    {
        var next = (await live.NowAsync("source")).Open.MediaSequence;
        var answer = CheckedPlaylist.Parse(await ReloadAsync("source", next));
        Assert.True(answer.Segments[^1].MediaSequence >= next, answer.Text);
    }

    [Fact]
    public async Task Reload_ForThePartAfterASegmentsLast_HasTheNextSegmentsFirst()
    {
        // Segments of 1 s have four parts at most.
        var next = (await live.NowAsync("source")).Open.MediaSequence;
        var answer = CheckedPlaylist.Parse(await ReloadAsync("source", next, 5));
        Assert.True(answer.Next.CompareTo((next + 1, 1)) >= 0, answer.Text);
    }

    [Fact]
    public async Task Reload_ForWhatIsThere_IsAnsweredAtOnce()
    {
        var now = await live.NowAsync("source");
        var answer = CheckedPlaylist.Parse(await ReloadAsync("source", now.MediaSequence, 0));
        Assert.True(answer.MediaSequence >= now.MediaSequence);
    }

    [Theory]
    [InlineData(3, null)]
    [InlineData(1000, 0)]
    [InlineData(0, 20)]
    public async Task Reload_TooFarAhead_IsRefusedAtOnce(int segments, int? part)
    {
        var newest = (await live.NowAsync("source")).Open.MediaSequence;
        var query = $"?_HLS_msn={newest + segments}" + (part is null ? "" : $"&_HLS_part={part}");
        await Problem.AssertAsync(HttpStatusCode.BadRequest, await _viewer.GetAsync(live.Playlist("source") + query));
    }

    [Theory]
    [InlineData("_HLS_part=1")]
    [InlineData("_HLS_msn=")]
    [InlineData("_HLS_msn=x")]
    [InlineData("_HLS_msn=-1")]
    [InlineData("_HLS_msn=1.5")]
    [InlineData("_HLS_msn=99999999999999999999")]
    [InlineData("_HLS_msn=1&_HLS_msn=2")]
    [InlineData("_HLS_msn=1&_HLS_part=")]
    [InlineData("_HLS_msn=1&_HLS_part=-1")]
    [InlineData("_HLS_msn=1&_HLS_part=99999999999")]
    public async Task Reload_WithDirectivesThatMakeNoSense_IsRefused(string query)
    {
        using var response = await _viewer.GetAsync($"{live.Playlist("source")}?{query}");
        await Problem.AssertAsync(HttpStatusCode.BadRequest, response);
        Assert.True(response.Headers.CacheControl?.NoStore);
    }

    [Fact]
    public async Task HintedPart_AskedForBeforeItIsThere_ComesWhole()
    {
        var (awaited, compared) = (0, 0);
        while (awaited < 6)
        {
            var hint = (await live.NowAsync("source")).Hint!;
            var broadcast = live.Node.Broadcast(live.Channel.Slug);
            var isThere = broadcast.Media.TryGet("source", hint, out _);
            var address = $"{live.Channel.Folder(live.BroadcastId, "source")}/{hint}";
            using var response = await _viewer.GetAsync(address);
            if (response.StatusCode != HttpStatusCode.OK)
            {
                continue; // Its segment ended without it.
            }

            awaited += isThere ? 0 : 1;
            var bytes = await response.Content.ReadAsByteArrayAsync();
            Assert.True(broadcast.Media.TryHold("source", hint, out var part));
            Assert.Equal(part.Pieces.SelectMany(piece => piece.ToArray()), bytes);
            Assert.Equal(bytes, await _viewer.GetByteArrayAsync(address));
            compared++;
        }

        Assert.True(compared >= awaited);
    }

    [Fact]
    public async Task Parts_PutTogether_AreTheirSegment()
    {
        foreach (var rendition in LowLatencyNode.Renditions)
        {
            var segment = (await live.NowAsync(rendition)).Segments[^1];
            var folder = live.Channel.Folder(live.BroadcastId, rendition);
            var parts = await Task.WhenAll(segment.Parts.Select(part => _viewer.GetByteArrayAsync($"{folder}/{part.Uri}")));
            Assert.True(parts.Length > 1);
            Assert.Equal(await _viewer.GetByteArrayAsync($"{folder}/{segment.Uri}"), parts.SelectMany(part => part));
        }
    }

    [Fact]
    public async Task Part_OfASegmentThatMemoryHasLetGoOf_ComesFromItsSegment()
    {
        foreach (var rendition in LowLatencyNode.Renditions)
        {
            var segment = (await live.NowAsync(rendition)).Segments[^1];
            var folder = live.Channel.Folder(live.BroadcastId, rendition);
            var parts = await Task.WhenAll(segment.Parts.Select(part => _viewer.GetByteArrayAsync($"{folder}/{part.Uri}")));
            var media = live.Node.Broadcast(live.Channel.Slug).Media;
            await Eventually.HoldsAsync(
                "memory has let go of it", () => Task.FromResult(!media.TryGet(rendition, segment.Uri!, out _)));

            for (var i = 0; i < parts.Length; i++)
            {
                var address = $"{folder}/{segment.Parts[i].Uri}";
                Assert.Equal(parts[i], await _viewer.GetByteArrayAsync(address));
                using var request = new HttpRequestMessage(HttpMethod.Get, address) { Headers = { Range = new(4, 7) } };
                using var response = await _viewer.SendAsync(request);
                Assert.Equal($"bytes 4-7/{parts[i].Length}", response.Content.Headers.ContentRange?.ToString());
                Assert.Equal("moof"u8.ToArray(), await response.Content.ReadAsByteArrayAsync());
            }

            var beyond = segment.Uri!.Replace(".m4s", $".{parts.Length}.m4s", StringComparison.Ordinal);
            using var missing = await _viewer.GetAsync($"{folder}/{beyond}");
            Assert.False(missing.IsSuccessStatusCode);
        }
    }

    [Fact]
    public async Task Hint_ThatTurnsOutWrong_IsNotFound()
    {
        // A part that nobody will make: past the last of a segment that is complete, where a player that was told of it looks.
        var segment = (await live.NowAsync("source")).Segments[^1];
        var name = segment.Uri!.Replace(".m4s", $".{segment.Parts.Length}.m4s", StringComparison.Ordinal);
        using var response = await _viewer.GetAsync($"{live.Channel.Folder(live.BroadcastId, "source")}/{name}");
        await Problem.AssertAsync(HttpStatusCode.NotFound, response);
        Assert.True(response.Headers.CacheControl?.NoStore);
    }

    [Fact]
    public async Task RenditionReports_OfAnAwaitedPlaylist_AreThoseOfTheOthersEdges()
    {
        foreach (var rendition in LowLatencyNode.Renditions)
        {
            var before = await EdgesAsync();
            var playlist = await live.NowAsync(rendition);
            var after = await EdgesAsync();
            var others = LowLatencyNode.Renditions.Where(name => name != rendition).ToList();
            Assert.Equal(
                others.Select(name => $"../{name}/index.m3u8").Order(StringComparer.Ordinal),
                playlist.Reports.Select(report => report.Uri).Order(StringComparer.Ordinal));
            foreach (var report in playlist.Reports)
            {
                var name = report.Uri.Split('/')[1];
                Assert.InRange((report.LastMediaSequence, report.LastPart!.Value), before[name], after[name]);
            }
        }
    }

    [Theory]
    [InlineData("", "br;q=0.5, gzip", "gzip")]
    [InlineData("&_HLS_skip=YES", "br;q=0, *", "gzip")]
    [InlineData("", "gzip, deflate, br, zstd", "br")]
    [InlineData("&_HLS_skip=YES", "br", "br")]
    public async Task Playlist_Compressed_IsTheSame(string query, string accepted, string coding)
    {
        var newest = (await live.NowAsync("source")).MediaSequence + 1;
        var address = $"{live.Playlist("source")}?_HLS_msn={newest}{query}";
        await Eventually.HoldsAsync("an answer between two equal ones", async () =>
        {
            var plain = await _viewer.GetByteArrayAsync(address);
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            request.Headers.Add("Accept-Encoding", accepted);
            using var response = await _viewer.SendAsync(request);
            var again = await _viewer.GetByteArrayAsync(address);
            Assert.Equal([coding], response.Content.Headers.ContentEncoding);
            Assert.Contains("Accept-Encoding", response.Headers.Vary);
            using var unpacked = new MemoryStream();
            var packed = await response.Content.ReadAsStreamAsync();
            await using Stream unpacking = coding == "br"
                ? new BrotliStream(packed, CompressionMode.Decompress)
                : new GZipStream(packed, CompressionMode.Decompress);
            await unpacking.CopyToAsync(unpacked);
            return plain.AsSpan().SequenceEqual(again) && plain.AsSpan().SequenceEqual(unpacked.ToArray());
        });
    }

    private async Task<Dictionary<string, (long MediaSequence, int Part)>> EdgesAsync()
    {
        var edges = new Dictionary<string, (long, int)>();
        foreach (var rendition in LowLatencyNode.Renditions)
        {
            var playlist = await live.NowAsync(rendition);
            var last = playlist.Open.Parts.IsEmpty ? playlist.Segments[^1] : playlist.Open;
            edges[rendition] = (last.MediaSequence, last.Parts.Length - 1);
        }

        return edges;
    }

    private Task<string> ReloadAsync(string rendition, long sequence, int? part = null) => _viewer.GetStringAsync(
        $"{live.Playlist(rendition)}?_HLS_msn={sequence}" + (part is null ? "" : $"&_HLS_part={part}"));
}
