using System.Net;

namespace Streaming.Playlists;

/// <content>Media: what is listed, what has just left, what was hinted.</content>
public sealed partial class PlaylistChecker
{
    // A step through the window that visits every segment, whatever their number; a prime.
    private const int SampleStep = 7919;

    /// <summary>
    /// Looks for what is new, what will leave next, what has just left, and one in between; downloads one of them, a different
    /// one each time.
    /// </summary>
    private async Task FetchAsync(CheckedPlaylist? older, CheckedPlaylist newer, CancellationToken cancellationToken)
    {
        var left = older?.Segments.Where(segment => segment.MediaSequence < newer.MediaSequence && !segment.IsGap).ToList() ?? [];
        FetchedAfterLeaving += left.Count;
        var listed = newer.Segments.Where(segment => !segment.IsGap).ToList();
        var sample = listed.Skip(listed.Count == 0 ? 0 : Reloads * SampleStep % listed.Count).Take(1);
        var withParts = newer.Segments.Where(segment => !segment.Parts.IsEmpty).ToList();
        var names = left.Concat(listed.Take(1)).Concat(sample).Concat(listed.TakeLast(1))
            .SelectMany(segment => (string?[])[segment.Uri, segment.Map])
            .Concat(withParts.Take(1).SelectMany(segment => segment.Parts).Where(part => !part.IsGap).Take(1).Select(part => part.Uri))
            .Concat(newer.Open.Parts.TakeLast(1).Select(part => part.Uri))
            .OfType<string>().Distinct().ToList();
        for (var i = 0; i < names.Count; i++)
        {
            var isWhole = i == Reloads % names.Count;
            var status = isWhole
                ? await DownloadAsync(names[i], cancellationToken).ConfigureAwait(false)
                : await LookAsync(names[i], cancellationToken).ConfigureAwait(false);
            Require(status == HttpStatusCode.OK, $"{names[i]}: {status}", newer);
        }
    }

    private async Task<HttpStatusCode> LookAsync(string name, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, AddressOf(name));
        using var response = await client.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.OK)
        {
            Remember(name, response.Content.Headers.ContentLength ?? 0);
        }

        return response.StatusCode;
    }

    private async Task<HttpStatusCode?> DownloadAsync(string name, CancellationToken cancellationToken)
    {
        using var response = await client.GetAsync(AddressOf(name), cancellationToken).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.OK)
        {
            var content = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
            Remember(name, content.Length);
            Downloads++;
        }

        return response.StatusCode;
    }

    private string AddressOf(string name) => playlist[..(playlist.LastIndexOf('/') + 1)] + name;

    /// <summary>What a name stands for never changes, its length least of all.</summary>
    private void Remember(string name, long length)
    {
        lock (_lengths)
        {
            if (length == 0 || !_lengths.TryAdd(name, length) && _lengths[name] != length)
            {
                throw new PlaylistFaultException($"{name} has {length} bytes, and had {_lengths.GetValueOrDefault(name)}.");
            }
        }
    }
}
