using System.Net;

namespace Streaming.Viewers;

/// <summary>
/// Plays one rendition near its live edge: reloads its media playlist as RFC 8216 §6.3.4 says, downloads each new segment
/// once, and holds the server to what it announced.
/// </summary>
internal sealed class RenditionFollower(Fetcher fetcher, Measurements measurements, Uri address)
{
    /// <summary>A player begins this many segments before the end. RFC 8216 §6.3.3.</summary>
    private const int SegmentsBehind = 3;

    /// <summary>Playlists in a row that cannot be had, before the viewer gives up.</summary>
    private const int FailuresMax = 5;

    private readonly Dictionary<long, string> _seen = [];
    private MediaPlaylist? _last;
    private string? _initialization;
    private long _next = -1;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var failures = 0;
        while (failures < FailuresMax)
        {
            var playlist = await LoadAsync(cancellationToken);
            failures = playlist is null ? failures + 1 : 0;
            var changed = playlist is not null && playlist.NextMediaSequence != _last?.NextMediaSequence;
            if (playlist is not null)
            {
                await PlayAsync(playlist, cancellationToken);
                if (playlist.IsEnded)
                {
                    return;
                }

                _last = playlist;
            }

            var target = TimeSpan.FromSeconds(_last?.TargetDuration ?? 1);
            await Task.Delay(changed ? target : target / 2, cancellationToken);
        }
    }

    private async Task<MediaPlaylist?> LoadAsync(CancellationToken cancellationToken)
    {
        if (await fetcher.GetPlaylistAsync(address, cancellationToken) is not { } text)
        {
            return null;
        }

        if (!MediaPlaylist.TryParse(text, out var playlist))
        {
            measurements.AddError($"{address}: not a media playlist");
            return null;
        }

        if (_last is { } last)
        {
            Promise(playlist.MediaSequence >= last.MediaSequence,
                $"EXT-X-MEDIA-SEQUENCE went back from {last.MediaSequence} to {playlist.MediaSequence}");
            Promise(playlist.NextMediaSequence >= last.NextMediaSequence,
                $"the last segment went back from {last.NextMediaSequence - 1} to {playlist.NextMediaSequence - 1}");
            Promise(playlist.DiscontinuitySequence >= last.DiscontinuitySequence,
                $"EXT-X-DISCONTINUITY-SEQUENCE went back from {last.DiscontinuitySequence} to {playlist.DiscontinuitySequence}");
            Promise(playlist.TargetDuration == last.TargetDuration,
                $"EXT-X-TARGETDURATION changed from {last.TargetDuration} to {playlist.TargetDuration}");
        }

        foreach (var segment in playlist.Segments)
        {
            if (!_seen.TryAdd(segment.MediaSequence, segment.Uri))
            {
                Promise(_seen[segment.MediaSequence] == segment.Uri,
                    $"segment {segment.MediaSequence} was {_seen[segment.MediaSequence]} and is now {segment.Uri}");
            }
        }

        // What has left the window cannot be compared again.
        foreach (var gone in _seen.Keys.Where(sequence => sequence < playlist.MediaSequence).ToArray())
        {
            _seen.Remove(gone);
        }

        return playlist;
    }

    private async Task PlayAsync(MediaPlaylist playlist, CancellationToken cancellationToken)
    {
        if (_next < 0)
        {
            _next = Math.Max(playlist.MediaSequence, playlist.NextMediaSequence - SegmentsBehind);

            // The oldest is the one most likely to be gone although it is listed.
            if (playlist.Segments.Count > SegmentsBehind)
            {
                await GetAnnouncedAsync(playlist.Segments[0], cancellationToken);
            }
        }

        if (_next < playlist.MediaSequence)
        {
            measurements.AddError($"{address}: fell behind the window, {playlist.MediaSequence - _next} segments missed");
            _next = playlist.MediaSequence;
        }

        if (playlist.Initialization is { } initialization && initialization != _initialization)
        {
            var status = await fetcher.GetSegmentAsync(new Uri(address, initialization), cancellationToken);
            Promise(status == HttpStatusCode.OK, $"{initialization} is listed: {Fetcher.Describe(status)}");
            _initialization = initialization;
        }

        foreach (var segment in playlist.Segments.Where(segment => segment.MediaSequence >= _next))
        {
            await GetAnnouncedAsync(segment, cancellationToken);
            _next = segment.MediaSequence + 1;
        }
    }

    /// <summary>Downloads a listed segment. One that is gone must have left the playlist too.</summary>
    private async Task GetAnnouncedAsync(ListedSegment segment, CancellationToken cancellationToken)
    {
        if (segment.IsGap)
        {
            measurements.AddGap();
            return;
        }

        var status = await fetcher.GetSegmentAsync(new Uri(address, segment.Uri), cancellationToken);
        if (status != HttpStatusCode.OK && await LoadAsync(cancellationToken) is { } now)
        {
            Promise(segment.MediaSequence < now.MediaSequence,
                $"segment {segment.MediaSequence} ({segment.Uri}) is listed: {Fetcher.Describe(status)}");
        }
    }

    private void Promise(bool kept, string what)
    {
        if (!kept)
        {
            measurements.AddBrokenPromise($"{address}: {what}");
        }
    }
}
