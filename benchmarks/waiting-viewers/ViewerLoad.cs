using System.Diagnostics;

namespace Streaming.WaitingViewers;

/// <summary>
/// Many viewers who wait for the next part of their playlists all the time: half of them for pictures, spread over the
/// renditions, half for sound, as each player asks for both. Every answer is checked.
/// </summary>
internal sealed class ViewerLoad(WaitingOptions options, ServerShare share)
{
    // Gently: what is measured is not how fast connections are accepted.
    private static readonly TimeSpan ConnectInterval = TimeSpan.FromMilliseconds(100);
    private const int ConnectsAtOnce = 50;

    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(5);

    private volatile bool _isMeasuring;
    private volatile bool _isOver;

    /// <summary>Prints what was measured; false when an answer was wrong.</summary>
    public async Task<bool> RunAsync(Channel channel, CancellationToken cancellationToken)
    {
        var renditions = channel.Folders.Select(folder => new AwaitedRendition(folder)).ToArray();
        var (video, audio) = (renditions[..^1], renditions[^1]);
        using var server = Process.GetProcessById(options.ServerProcess);
        var residentBefore = server.WorkingSet64;
        var viewers = new List<Task>(options.Viewers);
        for (var i = 0; i < options.Viewers; i++)
        {
            viewers.Add(WatchAsync(i % 2 == 0 ? audio : video[i / 2 % video.Length], cancellationToken));
            if (i % ConnectsAtOnce == 0)
            {
                await WaitAsync(ConnectInterval);
            }
        }

        await WaitAsync(Settling);
        server.Refresh();
        var resident = server.WorkingSet64;
        var (began, cpuBefore, ownBefore) = (Stopwatch.GetTimestamp(), server.TotalProcessorTime, Environment.CpuUsage.TotalTime);
        _isMeasuring = true;
        var following = share.RunAsync(channel, cancellationToken);
        await await Task.WhenAny([following, .. viewers]);
        _isMeasuring = false;
        server.Refresh();
        var elapsed = Stopwatch.GetElapsedTime(began);
        var (cpu, own) = ((server.TotalProcessorTime - cpuBefore) / elapsed, (Environment.CpuUsage.TotalTime - ownBefore) / elapsed);
        _isOver = true;
        await Task.WhenAll([following, .. viewers]);
        Console.WriteLine(
            $"{options.Viewers} viewers wait; server {cpu:F2} CPU-s a second, {resident >> 20} MiB resident, "
            + $"{(resident - residentBefore) / 1024.0 / options.Viewers:F1} KiB a viewer; viewers and publisher {own:F2} CPU-s a second");
        return Report(renditions);

        async Task WaitAsync(TimeSpan time)
        {
            await Task.Delay(time, cancellationToken);
            await Task.WhenAll(viewers.Where(viewer => viewer.IsCompleted));
        }
    }

    private bool Report(AwaitedRendition[] renditions)
    {
        var (sinceFirst, sinceSent) = (new Latencies(), new Latencies());
        var tooLate = 0;
        foreach (var rendition in renditions)
        {
            var own = new Latencies();
            foreach (var (key, answers) in rendition.Releases)
            {
                var first = answers.Min(answer => answer.AnsweredAt);
                var sentAt = share.SentAt(rendition.Folder, key.MediaSequence, key.Part);
                foreach (var (askedAt, answeredAt) in answers)
                {
                    // Who asks when the part is there already does not wait for it.
                    if (askedAt >= first)
                    {
                        tooLate++;
                        continue;
                    }

                    own.Add(Stopwatch.GetElapsedTime(first, answeredAt).TotalMilliseconds);
                    sinceFirst.Add(Stopwatch.GetElapsedTime(first, answeredAt).TotalMilliseconds);
                    if (sentAt is { } sent)
                    {
                        sinceSent.Add(Stopwatch.GetElapsedTime(sent, answeredAt).TotalMilliseconds);
                    }
                }
            }

            Console.WriteLine($"{rendition.Name,-7} since the first answer: {own}");
        }

        var wrong = renditions.Sum(rendition => rendition.Wrong);
        Console.WriteLine($"all     since the first answer: {sinceFirst}");
        Console.WriteLine($"video   since the last byte was sent: {sinceSent}");
        Console.WriteLine($"{sinceFirst.Count + tooLate} answers, {tooLate} to a question that came after the part, "
            + $"{(wrong == 0 ? "none" : wrong)} wrong");
        return wrong == 0 && sinceFirst.Count > 0;
    }

    private async Task WatchAsync(AwaitedRendition rendition, CancellationToken cancellationToken)
    {
        using var waiter = new Waiter(options.Http);
        await waiter.ConnectAsync(cancellationToken);
        var path = rendition.Folder + "index.m3u8";
        var edge = rendition.Read(waiter, (await waiter.GetAsync(Waiter.Request(path, true), cancellationToken)).Span);
        while (!_isOver && edge is not null)
        {
            var (sequence, part) = (edge.MediaSequence, edge.Part + 1);
            var request = Waiter.Request($"{path}?_HLS_msn={sequence}&_HLS_part={part}&_HLS_skip=YES", isCompressed: true);
            var askedAt = Stopwatch.GetTimestamp();
            var body = await waiter.GetAsync(request, cancellationToken);
            edge = rendition.Read(waiter, body.Span);
            if (edge?.Has(sequence, part) == false)
            {
                rendition.Refute();
            }

            if (_isMeasuring)
            {
                rendition.Releases.GetOrAdd((sequence, part), static _ => new()).Enqueue((askedAt, waiter.AnsweredAt));
            }
        }
    }
}
