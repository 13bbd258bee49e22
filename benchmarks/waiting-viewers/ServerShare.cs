using System.Collections.Concurrent;
using System.Diagnostics;

namespace Streaming.WaitingViewers;

/// <summary>
/// The server's share of the latency: from the moment the last byte of what a part needs had been sent to the first byte of the
/// playlist that lists it, for somebody who waits for it.
/// </summary>
internal sealed class ServerShare(WaitingOptions options, PushedFrames pushed)
{
    private const double TicksPerMs = 90;

    private static readonly TimeSpan NotingTimeout = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<(string Folder, long MediaSequence, int Part), long> _sentAt = new();

    /// <summary>Follows all renditions with pictures at the same time, and prints what it found.</summary>
    public async Task<bool> RunAsync(Channel channel, CancellationToken cancellationToken)
    {
        var folders = channel.Folders.Where(folder => !folder.EndsWith("/audio/", StringComparison.Ordinal)).ToArray();
        var firstShown = await FirstShownAsync(
            folders.First(folder => folder.EndsWith("/source/", StringComparison.Ordinal)), cancellationToken);
        var results = await Task.WhenAll(folders.Select(folder => FollowAsync(folder, firstShown, cancellationToken)));
        foreach (var (folder, result) in folders.Zip(results))
        {
            Console.WriteLine($"{folder.Split('/')[^2],-7} since the last byte was sent: {result}");
        }

        return results.All(result => result.Count > 0);
    }

    /// <summary>When what a part needs had been sent, if it was followed.</summary>
    public long? SentAt(string folder, long mediaSequence, int part) =>
        _sentAt.TryGetValue((folder, mediaSequence, part), out var at) ? at : null;

    /// <summary>When the first picture of the broadcast is shown, in ticks: the first one that was pushed.</summary>
    private async Task<long> FirstShownAsync(string folder, CancellationToken cancellationToken)
    {
        using var waiter = new Waiter(options.Http);
        await waiter.ConnectAsync(cancellationToken);
        var playlist = await Channel.TextAsync(waiter, folder + "index.m3u8", cancellationToken);
        if (!playlist.Contains("#EXT-X-MEDIA-SEQUENCE:0\n", StringComparison.Ordinal))
        {
            throw new InvalidOperationException("the broadcast has run for so long that its beginning has left the window");
        }

        var name = playlist.Split('\n').First(line => line.Length > 0 && line[0] != '#');
        var segment = await waiter.GetAsync(Waiter.Request(folder + name), cancellationToken);
        return PartSamples.Read(segment.Span).PresentationTime(0);
    }

    private async Task<Latencies> FollowAsync(string folder, long firstShown, CancellationToken cancellationToken)
    {
        using var waiter = new Waiter(options.Http);
        using var media = new Waiter(options.Http);
        await waiter.ConnectAsync(cancellationToken);
        await media.ConnectAsync(cancellationToken);
        var known = PlaylistEdge.Parse(await Channel.TextAsync(waiter, folder + "index.m3u8", cancellationToken));
        var latencies = new Latencies();
        var began = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(began) < options.Duration)
        {
            var path = $"{folder}index.m3u8?_HLS_msn={known.MediaSequence}&_HLS_part={known.Part + 1}";
            var edge = PlaylistEdge.Parse(await Channel.TextAsync(waiter, path, cancellationToken));
            if (waiter.Status != 200)
            {
                throw new IOException($"{path} was answered with {waiter.Status}");
            }

            var at = waiter.AnsweredAt;
            foreach (var part in edge.Parts.Except(known.Parts))
            {
                var body = await media.GetAsync(Waiter.Request(folder + part.Name), cancellationToken);
                if (media.Status != 200)
                {
                    throw new IOException($"{folder}{part.Name} is listed, but was answered with {media.Status}");
                }

                var sentAt = await SentAtAsync(PartSamples.Read(body.Span), firstShown, cancellationToken);
                _sentAt[(folder, part.MediaSequence, part.Index)] = sentAt;
                latencies.Add(Stopwatch.GetElapsedTime(sentAt, at).TotalMilliseconds);
            }

            known = edge;
        }

        return latencies;
    }

    /// <summary>When the last of the pictures in a part had been sent.</summary>
    private async ValueTask<long> SentAtAsync(PartSamples part, long firstShown, CancellationToken cancellationToken)
    {
        var sentAt = 0L;
        for (var i = 0; i < part.Samples.Count; i++)
        {
            var shownMs = (part.PresentationTime(i) - firstShown) / TicksPerMs;
            var looked = Stopwatch.GetTimestamp();
            while (pushed.ShownAt(shownMs) is null)
            {
                // The server may have answered before the send of the last byte has returned.
                if (Stopwatch.GetElapsedTime(looked) > NotingTimeout)
                {
                    throw new InvalidDataException($"nobody pushed a picture for {shownMs} ms");
                }

                await Task.Delay(TimeSpan.FromMilliseconds(5), cancellationToken);
            }

            sentAt = Math.Max(sentAt, pushed.ShownAt(shownMs)!.Value.SentAt);
        }

        return sentAt;
    }
}
