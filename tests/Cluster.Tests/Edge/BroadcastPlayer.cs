using System.Buffers;
using System.Net;
using Streaming.Cluster.Broadcasts;
using Streaming.Pipeline.Hls;
using Streaming.Playlists;

namespace Streaming.Cluster.Tests.Edge;

/// <summary>The strict player of <see cref="BroadcastChecker"/> before a broadcast in this process, whoever has it at the time; nothing waits.</summary>
internal sealed class BroadcastPlayer : HttpMessageHandler
{
    private readonly HttpClient _client;
    private readonly BroadcastChecker _checker;

    public BroadcastPlayer(ILiveBroadcast broadcast, params IEnumerable<string> renditions)
    {
        Broadcast = broadcast;
        _client = new(this) { BaseAddress = new("http://node") };
        _checker = new([.. renditions.Select(rendition => new PlaylistChecker(_client, $"/{rendition}/index.m3u8") { AsksForDeltas = false })]);
    }

    /// <summary>Who has it.</summary>
    public ILiveBroadcast Broadcast { get; set; }

    /// <summary>Reloads all playlists of which there is more than last time, and holds them to their promises.</summary>
    public async Task ReloadAsync()
    {
        foreach (var rendition in _checker.Renditions)
        {
            if (rendition.Current is not { } older || Listing(rendition.Address.Split('/')[1]).Next.CompareTo(older.Next) > 0)
            {
                await _checker.ReloadAsync(rendition);
            }
        }
    }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var parts = request.RequestUri!.AbsolutePath.Split('/');
        if (parts[2] == "index.m3u8")
        {
            return Task.FromResult(new HttpResponseMessage { Content = new StringContent(Listing(parts[1]).Text) });
        }

        if (!Broadcast.Media.TryHold(parts[1], parts[2], out var hold))
        {
            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.NotFound));
        }

        var bytes = hold.Pieces.SelectMany(static piece => piece.ToArray()).ToArray();
        hold.Release();
        return Task.FromResult(new HttpResponseMessage { Content = new ByteArrayContent(bytes) });
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing)
        {
            _client.Dispose();
        }
    }

    private CheckedPlaylist Listing(string rendition)
    {
        var output = new ArrayBufferWriter<byte>();
        var snapshot = Broadcast.Snapshot!;
        MediaPlaylist.Write(output, snapshot, snapshot.Find(rendition)!, new() { LowLatency = true });
        return CheckedPlaylist.Parse(System.Text.Encoding.UTF8.GetString(output.WrittenSpan));
    }
}
