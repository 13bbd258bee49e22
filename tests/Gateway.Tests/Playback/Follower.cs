using System.Net;
using Streaming.Gateway.Tests.Nodes;

namespace Streaming.Gateway.Tests.Playback;

/// <summary>
/// A player that follows a rendition's playlist and holds it to its promises: numbers never go back, what a number stood for
/// stays, and what is listed can be fetched until it leaves the list, and a moment longer.
/// </summary>
internal sealed class Follower(TestChannel channel, string broadcastId, string rendition)
{
    private readonly Dictionary<long, ListedSegment> _seen = [];
    private PlaylistListing? _last;

    /// <summary>Every segment seen so far, by media sequence number.</summary>
    public IReadOnlyList<ListedSegment> Seen => [.. _seen.OrderBy(segment => segment.Key).Select(segment => segment.Value)];

    /// <summary>Segments that were fetched right after they had left the list.</summary>
    public int FetchedAfterLeaving { get; private set; }

    /// <summary>Fetches the playlist, and the segment that is about to leave it.</summary>
    public async Task<PlaylistListing> LookAsync()
    {
        var playlist = await channel.PlaylistAsync(broadcastId, rendition);
        if (_last is not null)
        {
            Assert.True(playlist.MediaSequence >= _last.MediaSequence, $"EXT-X-MEDIA-SEQUENCE went back:\n{_last}\n{playlist}");
            Assert.True(playlist.NextMediaSequence >= _last.NextMediaSequence, $"The playlist lost its end:\n{_last}\n{playlist}");
        }

        foreach (var segment in playlist.Segments)
        {
            if (_seen.TryGetValue(segment.MediaSequence, out var before))
            {
                Assert.Equal(before, segment);
            }

            _seen[segment.MediaSequence] = segment;
        }

        foreach (var left in _last?.Segments.Where(segment => segment.MediaSequence < playlist.MediaSequence) ?? [])
        {
            await FetchAsync(left);
            FetchedAfterLeaving++;
        }

        if (playlist.Segments.Count > 0)
        {
            await FetchAsync(playlist.Segments[0]);
        }

        return _last = playlist;
    }

    /// <summary>Fetches everything that is listed, headers included.</summary>
    public async Task FetchAllAsync()
    {
        foreach (var segment in _last!.Segments)
        {
            await FetchAsync(segment);
        }
    }

    /// <summary>The segments follow each other without a hole in numbers.</summary>
    public void AssertNoHole()
    {
        var numbers = Seen.Select(segment => segment.MediaSequence).ToList();
        Assert.Equal(Enumerable.Range(0, numbers.Count).Select(index => numbers[0] + index), numbers);
    }

    private async Task FetchAsync(ListedSegment segment)
    {
        if (segment.IsGap)
        {
            return;
        }

        foreach (var name in (string[])[segment.Uri, segment.Map!])
        {
            using var response = await channel.Node.Viewer.GetAsync($"{channel.Folder(broadcastId, rendition)}/{name}");
            Assert.True(
                response.StatusCode == HttpStatusCode.OK, $"{rendition} {segment.MediaSequence} {name}: {response.StatusCode}\n{_last}");
            Assert.NotEmpty(await response.Content.ReadAsByteArrayAsync());
        }
    }
}
