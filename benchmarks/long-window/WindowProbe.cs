using System.Diagnostics;
using System.Net;
using Streaming.Playlists;

namespace Streaming.LongWindow;

/// <summary>A viewer of a broadcast with a long window that measures what it is given, and how fast.</summary>
internal sealed class WindowProbe(HttpClient http, Uri multivariant) : IDisposable
{
    private readonly HttpClient _gzip = new();
    private string _source = "";
    private string _audio = "";

    /// <summary>The part that comes next in the source rendition.</summary>
    private CheckedPlaylist? _edge;

    public async Task FindAsync()
    {
        var lines = (await http.GetStringAsync(multivariant)).Split('\n');
        _source = new Uri(multivariant, lines.First(line => line.Length > 0 && line[0] != '#')).ToString();
        var audio = lines.First(line => line.StartsWith("#EXT-X-MEDIA:", StringComparison.Ordinal));
        _audio = new Uri(multivariant, CheckedPlaylist.Attribute(audio, "URI")!).ToString();
    }

    /// <summary>Waits until the broadcast is that old, by its media.</summary>
    public async Task ReachAsync(TimeSpan age)
    {
        while (true)
        {
            var edge = CheckedPlaylist.Parse(await http.GetStringAsync(_source));
            var segment = TimeSpan.FromSeconds((double)edge.Segments[^1].Duration);
            if (segment * edge.Open.MediaSequence >= age)
            {
                _edge = edge;
                return;
            }

            await Task.Delay(500);
        }
    }

    /// <summary>
    /// Follows the source's parts; with each, asks for the audio's delta update, which nobody has asked for yet in that version,
    /// and for the MPD. The number of parts of the source is returned.
    /// </summary>
    public async Task<int> FollowAsync(TimeSpan duration, Times reloads, Times mpds)
    {
        var parts = 0;
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < duration; parts++)
        {
            var (sequence, part) = _edge!.Next;
            var text = await http.GetStringAsync($"{_source}?_HLS_msn={sequence}&_HLS_part={part}&_HLS_skip=YES");
            _edge = CheckedPlaylist.Parse(text, _edge);
            await TakeTimeAsync(reloads, $"{_audio}?_HLS_msn={sequence - 1}&_HLS_skip=YES");
            await TakeTimeAsync(mpds, new Uri(multivariant, "manifest.mpd").ToString());
        }

        return parts;
    }

    /// <summary>Bytes of the source's full playlist, of its delta update and of the MPD, as they are and in gzip.</summary>
    public async Task<(Size Full, Size Delta, Size Mpd)> SizesAsync() => (
        await SizeAsync(_source),
            await SizeAsync(_source + "?_HLS_skip=YES"),
            await SizeAsync(new Uri(multivariant, "manifest.mpd").ToString()));

    /// <summary>Times of full playlists, each of a version that nobody has asked for yet.</summary>
    public async Task<Times> FullAsync(int count)
    {
        var times = new Times();
        for (var i = 0; i < count; i++)
        {
            await TakeTimeAsync(times, _source);
            await Task.Delay(400);
        }

        return times;
    }

    public void Dispose() => _gzip.Dispose();

    private async Task TakeTimeAsync(Times times, string address)
    {
        var began = Stopwatch.GetTimestamp();
        using var response = await http.GetAsync(address);
        response.EnsureSuccessStatusCode();
        await response.Content.CopyToAsync(Stream.Null);
        times.Add(Stopwatch.GetElapsedTime(began));
    }

    private async Task<Size> SizeAsync(string address)
    {
        var plain = (await http.GetByteArrayAsync(address)).Length;
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Add("Accept-Encoding", "gzip");
        using var response = await _gzip.SendAsync(request);
        if (response.StatusCode != HttpStatusCode.OK || !response.Content.Headers.ContentEncoding.Contains("gzip"))
        {
            throw new HttpRequestException($"{address}: {response.StatusCode}, not in gzip");
        }

        return new(plain, (await response.Content.ReadAsByteArrayAsync()).Length);
    }
}
