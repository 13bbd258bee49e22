using System.Net;
using System.Net.Http.Headers;
using Streaming.Gateway.Tests.Nodes;

namespace Streaming.Gateway.Tests.Playback;

/// <summary>Live playback as HTTP: types, caching, CORS, HEAD, ranges, and what is not there.</summary>
public sealed class LiveHttpTests(LiveNode live) : IClassFixture<LiveNode>
{
    private const string Immutable = "public, max-age=31536000, immutable";
    private const string Fresh = "public, max-age=1";

    private readonly HttpClient _viewer = live.Node.Viewer;
    private readonly TestChannel _channel = live.Channel;

    /// <summary>Where a file may be when it is asked for.</summary>
    public enum Place
    {
        /// <summary>In memory, in the pieces it was made of.</summary>
        Memory,

        /// <summary>In storage.</summary>
        Storage,
    }

    [Theory]
    [InlineData("index.m3u8", "application/vnd.apple.mpegurl", Fresh)]
    [InlineData("manifest.mpd", "application/dash+xml", "public, max-age=0, s-maxage=1")]
    [InlineData("thumbnail.jpg", "image/jpeg", "public, max-age=10")]
    [InlineData("ID/source/index.m3u8", "application/vnd.apple.mpegurl", Fresh)]
    [InlineData("ID/240p/index.m3u8", "application/vnd.apple.mpegurl", Fresh)]
    [InlineData("ID/audio/index.m3u8", "application/vnd.apple.mpegurl", Fresh)]
    [InlineData("ID/source/init-0.mp4", "video/mp4", Immutable)]
    [InlineData("ID/240p/init-0.mp4", "video/mp4", Immutable)]
    [InlineData("ID/audio/init-0.mp4", "audio/mp4", Immutable)]
    public async Task File_Fetched_HasItsTypeAndLifetimeAndOpensToAll(string path, string type, string cacheControl)
    {
        foreach (var (method, origin) in ((HttpMethod, string?)[])
            [(HttpMethod.Get, "https://elsewhere.example"), (HttpMethod.Head, "https://elsewhere.example"), (HttpMethod.Get, null)])
        {
            // Without an origin too: what a cache keeps of that answer has to be right for a page elsewhere.
            using var request = new HttpRequestMessage(method, Url(path));
            request.Headers.TryAddWithoutValidation("Origin", origin);
            using var response = await _viewer.SendAsync(request);

            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal(type, response.Content.Headers.ContentType?.ToString());
            Assert.Equal(Parse(cacheControl), response.Headers.CacheControl);
            Assert.Equal("*", response.Headers.GetValues("Access-Control-Allow-Origin").Single());
            Assert.Contains("Date", response.Headers.GetValues("Access-Control-Expose-Headers").Single(), StringComparison.Ordinal);
            Assert.True(response.Content.Headers.ContentLength > 0);
            var body = await response.Content.ReadAsByteArrayAsync();
            Assert.Equal(method == HttpMethod.Get ? response.Content.Headers.ContentLength : 0, body.Length);
        }
    }

    [Theory]
    [InlineData("source", "video/mp4", Place.Memory)]
    [InlineData("source", "video/mp4", Place.Storage)]
    [InlineData("audio", "audio/mp4", Place.Memory)]
    [InlineData("audio", "audio/mp4", Place.Storage)]
    public async Task Segment_Fetched_IsImmutableAndWhole(string rendition, string type, Place place)
    {
        var url = await SegmentAsync(rendition, place);
        using var response = await _viewer.GetAsync(url);
        using var head = await _viewer.SendAsync(new HttpRequestMessage(HttpMethod.Head, url));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(type, response.Content.Headers.ContentType?.ToString());
        Assert.Equal(Parse(Immutable), response.Headers.CacheControl);
        Assert.Equal("bytes", response.Headers.AcceptRanges.Single());
        var body = await response.Content.ReadAsByteArrayAsync();
        Assert.Equal(body.Length, response.Content.Headers.ContentLength);
        Assert.Equal(body.Length, BoxLengths(body));
        Assert.Equal((HttpStatusCode.OK, (long?)body.Length), (head.StatusCode, head.Content.Headers.ContentLength));
    }

    [Theory]
    [InlineData("bytes=0-99", 0, 100)]
    [InlineData("bytes=0-0", 0, 1)]
    [InlineData("bytes=700-1999", 700, 1300)]
    [InlineData("bytes=1000-", 1000, -1)]
    [InlineData("bytes=-500", -500, 500)]
    [InlineData("bytes=100-99999999", 100, -1)]
    [InlineData("bytes=100-9223372036854775807", 100, -1)]
    [InlineData("bytes=-99999999", 0, -1)]
    public async Task Range_WithinFile_GivesThoseBytes(string range, int from, int length)
    {
        foreach (var place in Enum.GetValues<Place>())
        {
            var url = await SegmentAsync("source", place);
            var whole = await _viewer.GetByteArrayAsync(url);
            var start = from < 0 ? whole.Length + from : from;
            var expected = whole.AsMemory(start, length < 0 ? whole.Length - start : length);

            using var response = await AskAsync(url, range);

            Assert.Equal((place, HttpStatusCode.PartialContent), (place, response.StatusCode));
            Assert.Equal(
                new ContentRangeHeaderValue(start, start + expected.Length - 1, whole.Length), response.Content.Headers.ContentRange);
            Assert.Equal(expected.Length, response.Content.Headers.ContentLength);
            var body = await response.Content.ReadAsByteArrayAsync();
            Assert.True(expected.Span.SequenceEqual(body), $"{place}");
        }
    }

    [Theory]
    [InlineData("bytes=99999999-")]
    [InlineData("bytes=99999999-100000000")]
    [InlineData("bytes=-0")]
    public async Task Range_PastTheEnd_IsNotSatisfiableAndNotKept(string range)
    {
        foreach (var place in Enum.GetValues<Place>())
        {
            var url = await SegmentAsync("source", place);
            var length = (await _viewer.GetByteArrayAsync(url)).Length;

            using var response = await AskAsync(url, range);

            Assert.Equal((place, HttpStatusCode.RequestedRangeNotSatisfiable), (place, response.StatusCode));
            Assert.Equal(new ContentRangeHeaderValue(length), response.Content.Headers.ContentRange);
            Assert.True(response.Headers.CacheControl?.NoStore, $"{place}: {response.Headers.CacheControl}");
        }
    }

    [Theory]
    [InlineData("bytes=5-2")]
    [InlineData("items=0-5")]
    [InlineData("bytes=0-1,4-5")]
    public async Task Range_NotUnderstood_GivesAll(string range)
    {
        foreach (var place in Enum.GetValues<Place>())
        {
            var url = await SegmentAsync("source", place);
            using var response = await AskAsync(url, range);
            Assert.Equal((place, HttpStatusCode.OK), (place, response.StatusCode));
        }
    }

    [Fact]
    public async Task Range_OfHead_IsIgnored()
    {
        foreach (var place in Enum.GetValues<Place>())
        {
            var url = await SegmentAsync("source", place);
            var length = (await _viewer.GetByteArrayAsync(url)).Length;
            using var response = await AskAsync(url, "bytes=0-9", HttpMethod.Head);
            Assert.Equal((place, HttpStatusCode.OK, (long?)length), (place, response.StatusCode, response.Content.Headers.ContentLength));
        }
    }

    [Fact]
    public async Task Segment_ThatTheViewerHas_IsNotSentAgain_AndARangeOnlyOfTheSame()
    {
        foreach (var place in Enum.GetValues<Place>())
        {
            var url = await SegmentAsync("source", place);
            using var whole = await _viewer.GetAsync(url);
            var tag = whole.Headers.ETag!;
            Assert.False(tag.IsWeak);
            foreach (var method in (HttpMethod[])[HttpMethod.Get, HttpMethod.Head])
            {
                using var known = new HttpRequestMessage(method, url);
                known.Headers.IfNoneMatch.Add(tag);
                using var answer = await _viewer.SendAsync(known);
                Assert.Equal((place, HttpStatusCode.NotModified), (place, answer.StatusCode));
                Assert.Equal((tag, Parse(Immutable)), (answer.Headers.ETag, answer.Headers.CacheControl));
                Assert.Empty(await answer.Content.ReadAsByteArrayAsync());
            }

            foreach (var (condition, status) in ((EntityTagHeaderValue, HttpStatusCode)[])
                [(tag, HttpStatusCode.PartialContent), (new("\"another\""), HttpStatusCode.OK)])
            {
                using var part = new HttpRequestMessage(HttpMethod.Get, url);
                part.Headers.Range = new(10, 19);
                part.Headers.IfRange = new(condition);
                using var answer = await _viewer.SendAsync(part);
                Assert.Equal((place, status), (place, answer.StatusCode));
                Assert.Equal(status == HttpStatusCode.OK ? whole.Content.Headers.ContentLength : 10, answer.Content.Headers.ContentLength);
            }
        }
    }

    [Theory]
    [InlineData("index.m3u8")]
    [InlineData("manifest.mpd")]
    [InlineData("ID/source/index.m3u8")]
    [InlineData("ID/source/0.m4s")]
    public async Task Preflight_FromElsewhere_IsAllowed(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, Url(path));
        request.Headers.Add("Origin", "https://elsewhere.example");
        request.Headers.Add("Access-Control-Request-Method", "GET");
        request.Headers.Add("Access-Control-Request-Headers", "range,x-player");
        using var response = await _viewer.SendAsync(request);

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Equal("*", response.Headers.GetValues("Access-Control-Allow-Origin").Single());
        var headers = response.Headers.GetValues("Access-Control-Allow-Headers").Single();
        Assert.Contains("range", headers, StringComparison.Ordinal);
        Assert.Contains("x-player", headers, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ID/source/init-7.mp4", HttpStatusCode.NotFound)]
    [InlineData("ID/source/99999999999.m4s", HttpStatusCode.NotFound)]
    [InlineData("ID/source/99999999999.0.m4s", HttpStatusCode.NotFound)]
    [InlineData("ID/source/99999999999999999999999.m4s", HttpStatusCode.NotFound)]
    [InlineData("ID/source/5.%20x.m4s", HttpStatusCode.NotFound)]
    [InlineData("ID/source/5..m4s", HttpStatusCode.NotFound)]
    [InlineData("ID/source/5.LONG.m4s", HttpStatusCode.NotFound)]
    [InlineData("ID/source/x.m4s", HttpStatusCode.NotFound)]
    [InlineData("ID/source/-1.m4s", HttpStatusCode.NotFound)]
    [InlineData("ID/source/0.txt", HttpStatusCode.NotFound)]
    [InlineData("ID/144p/index.m3u8", HttpStatusCode.NotFound)]
    [InlineData("ID/144p/0.m4s", HttpStatusCode.NotFound)]
    [InlineData("ID/source/0.m4s/more", HttpStatusCode.NotFound)]
    [InlineData("no-broadcast/source/index.m3u8", HttpStatusCode.NotFound)]
    [InlineData("no-broadcast/source/0.m4s", HttpStatusCode.NotFound)]
    [InlineData("20200101T000000Z-0123abcd/source/index.m3u8", HttpStatusCode.Gone)]
    [InlineData("20200101T000000Z-0123abcd/source/0.m4s", HttpStatusCode.Gone)]
    public async Task File_ThatIsNotThere_SaysSoToEverybodyOnlyNow(string path, HttpStatusCode status)
    {
        var address = Url(path.Replace("LONG", new string('a', 300), StringComparison.Ordinal));
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Add("Origin", "https://elsewhere.example");
        using var response = await _viewer.SendAsync(request);

        await Problem.AssertAsync(status, response);
        if (!path.EndsWith("more", StringComparison.Ordinal))
        {
            Assert.True(response.Headers.CacheControl?.NoStore);
            Assert.Equal("*", response.Headers.GetValues("Access-Control-Allow-Origin").Single());
        }
    }

    [Fact]
    public async Task Segment_LongAfterItLeftTheWindow_IsGone()
    {
        var first = (await _channel.PlaylistAsync(live.BroadcastId, "source")).Segments[0];
        var url = $"{_channel.Folder(live.BroadcastId, "source")}/{first.Uri}";
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(url));

        // Twice the window, for the player that read its playlist at the last moment.
        await Eventually.HoldsAsync("the segment is gone", async () => await StatusAsync(url) == HttpStatusCode.Gone);

        var playlist = await _channel.PlaylistAsync(live.BroadcastId, "source");
        Assert.True(playlist.MediaSequence - first.MediaSequence >= 6, $"{first.MediaSequence} was gone at {playlist.MediaSequence}");
        await Problem.AssertAsync(HttpStatusCode.Gone, await _viewer.GetAsync(url));
    }

    [Fact]
    public async Task Broadcast_UnderWay_IsShownByTheApi()
    {
        var shown = await _channel.ShowAsync();

        Assert.True(shown.Live);
        Assert.Equal(live.BroadcastId, shown.BroadcastId);
        Assert.Equal(["source", "240p", "audio"], shown.Renditions.Select(rendition => rendition.Name));
        Assert.Equal((640, 360), (shown.Renditions[0].Width, shown.Renditions[0].Height));
        Assert.Equal((426, 240), (shown.Renditions[1].Width, shown.Renditions[1].Height));
        Assert.Equal("live", shown.Ingest!.State);
        Assert.Equal(25, shown.Ingest.FrameRate, 1.0);
        Assert.Equal(1, shown.Ingest.KeyFrameInterval!.Value, 0.05);
        Assert.True(shown.Ingest.BitRate > 100_000);
        Assert.Equal(Cluster.Broadcasts.Rungs.TranscoderState.Running, shown.Transcoder!.State);
        Assert.Equal(Cluster.Governor.QualityLevel.Full, shown.Quality!.Level);
        Assert.InRange(shown.StartedAt!.Value, DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow);
    }

    private static CacheControlHeaderValue Parse(string value) => CacheControlHeaderValue.Parse(value);

    /// <summary>Sum of the lengths that the file's top boxes tell. ISO/IEC 14496-12 §4.2.</summary>
    private static int BoxLengths(ReadOnlySpan<byte> file)
    {
        var at = 0;
        while (at < file.Length)
        {
            at += System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(file[at..]);
        }

        return at;
    }

    private string Url(string path) =>
        $"/live/{_channel.Slug}/{path.Replace("ID", live.BroadcastId, StringComparison.Ordinal)}";

    /// <summary>A segment that is where it is wanted, and will be for a while.</summary>
    private async Task<string> SegmentAsync(string rendition, Place place)
    {
        var playlist = await _channel.PlaylistAsync(live.BroadcastId, rendition);
        var segment = place == Place.Memory ? playlist.Segments[^1] : playlist.Segments[0];
        var broadcast = live.Node.Broadcast(_channel.Slug);
        Assert.Equal(place == Place.Memory, broadcast.Media.TryGet(rendition, segment.Uri, out _));
        return $"{_channel.Folder(live.BroadcastId, rendition)}/{segment.Uri}";
    }

    private Task<HttpResponseMessage> AskAsync(string url, string range, HttpMethod? method = null)
    {
        var request = new HttpRequestMessage(method ?? HttpMethod.Get, url);
        request.Headers.TryAddWithoutValidation("Range", range);
        return _viewer.SendAsync(request);
    }

    private async Task<HttpStatusCode> StatusAsync(string url)
    {
        using var response = await _viewer.SendAsync(new HttpRequestMessage(HttpMethod.Head, url));
        return response.StatusCode;
    }
}
