using System.Net;
using System.Text;

namespace Streaming.WaitingViewers;

/// <summary>A live channel as its viewers find it.</summary>
/// <param name="Folders">The folder of each video rendition's playlist, best first as listed, then the audio's; absolute paths.</param>
internal sealed record Channel(IReadOnlyList<string> Folders)
{
    private const int SegmentsMin = 2;

    /// <summary>Waits until it has all its renditions, and some segments of each.</summary>
    public static async Task<Channel> FindAsync(IPEndPoint server, string slug, int renditions, CancellationToken cancellationToken)
    {
        using var waiter = new Waiter(server);
        await waiter.ConnectAsync(cancellationToken);
        while (true)
        {
            var folders = FoldersOf(slug, await TextAsync(waiter, $"/live/{slug}/index.m3u8", cancellationToken)).ToArray();
            var isThere = waiter.Status == 200 && folders.Length >= renditions;
            foreach (var folder in folders)
            {
                var playlist = await TextAsync(waiter, folder + "index.m3u8", cancellationToken);
                isThere &= playlist.Split("#EXTINF").Length > SegmentsMin;
            }

            if (isThere)
            {
                return new(folders);
            }

            await Task.Delay(TimeSpan.FromSeconds(0.5), cancellationToken);
        }
    }

    public static async Task<string> TextAsync(Waiter waiter, string path, CancellationToken cancellationToken) =>
        Encoding.UTF8.GetString((await waiter.GetAsync(Waiter.Request(path), cancellationToken)).Span);

    private static IEnumerable<string> FoldersOf(string slug, string multivariant)
    {
        var lines = multivariant.Split('\n');
        var variants = lines.Where(line => line.Length > 0 && line[0] != '#');
        var audio = lines.Where(line => line.StartsWith("#EXT-X-MEDIA:TYPE=AUDIO", StringComparison.Ordinal))
            .Select(line => line.Split("URI=\"")[1].Split('"')[0]);
        return variants.Concat(audio).Select(uri => $"/live/{slug}/{uri[..(uri.LastIndexOf('/') + 1)]}");
    }
}
