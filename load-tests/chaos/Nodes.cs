using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace Streaming.Chaos;

/// <summary>The cluster, as its operator sees it.</summary>
internal sealed class Nodes : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(180);
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(500);

    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(5) };
    private readonly HttpClient _patient = new() { Timeout = Patience };
    private readonly CancellationTokenSource _closing = new();
    private Task _looking = Task.CompletedTask;

    public Nodes(IReadOnlyList<Node> all, string token)
    {
        All = all;
        _http.DefaultRequestHeaders.Authorization = _patient.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    public IReadOnlyList<Node> All { get; }

    /// <summary>Those that have all roles.</summary>
    public IReadOnlyList<Node> Ingest => [.. All.Where(static node => !node.IsWorker)];

    /// <summary>Starts all of them, and waits until they have found each other.</summary>
    public async Task StartAsync()
    {
        foreach (var node in All)
        {
            node.Start();
        }

        _looking = Task.WhenAll(All.Select(LookAsync));
        await AreUpAsync();
        await Wait.UntilAsync("all nodes are ready", Patience, () => All.All(static node => node.IsReady));
    }

    /// <summary>Makes a channel, and returns its stream key.</summary>
    public async Task<string> CreateChannelAsync(string slug)
    {
        using var response = await _patient.PutAsync(new Uri(Ingest[0].Http, $"/api/channels/{slug}"), null);
        return (await response.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<Access>(Json))!.StreamKey;
    }

    /// <summary>What a node says of the cluster; null where it says nothing.</summary>
    public async Task<State?> AskAsync(Node node)
    {
        try
        {
            return node.IsRunning ? await _http.GetFromJsonAsync<State>(new Uri(node.Http, "/api/cluster"), Json) : null;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or JsonException)
        {
            return null;
        }
    }

    /// <summary>What one of the nodes says that answer.</summary>
    public async Task<State> AskAsync()
    {
        foreach (var node in Ingest)
        {
            if (await AskAsync(node) is { } state)
            {
                return state;
            }
        }

        return new([], []);
    }

    /// <summary>Who has the channel's publisher; null for nobody.</summary>
    public async Task<Node?> OriginOfAsync(string slug)
    {
        var live = (await AskAsync()).Channels.LastOrDefault(channel => channel.Slug == slug);
        return All.FirstOrDefault(node => node.Address == live?.Origin);
    }

    /// <summary>The node that has been in the cluster longest: the coordinators of shards are there.</summary>
    public async Task<Node?> OldestAsync()
    {
        var oldest = (await AskAsync()).Nodes is [var first, ..] ? first.Name : null;
        return All.FirstOrDefault(node => node.Address == oldest);
    }

    /// <summary>Waits until all see each other, and nobody else.</summary>
    public Task AreUpAsync() => Wait.UntilAsync("all nodes see each other", Patience, async () =>
    {
        foreach (var node in All)
        {
            var state = await AskAsync(node);
            if (state is null || state.Nodes.Count != All.Count || !state.Nodes.All(static other => other is { State: "up", IsReachable: true }))
            {
                return false;
            }
        }

        return true;
    });

    /// <summary>The recordings of a channel, as a node lists them.</summary>
    public async Task<IReadOnlyList<Recorded>> RecordingsAsync(Node node, string slug) =>
        (await _http.GetFromJsonAsync<Recorded[]>(new Uri(node.Http, $"/api/channels/{slug}/recordings"), Json))!;

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await _looking;
        foreach (var node in All)
        {
            await node.DisposeAsync();
        }

        _http.Dispose();
        _patient.Dispose();
        _closing.Dispose();
    }

    private async Task LookAsync(Node node)
    {
        while (!_closing.IsCancellationRequested)
        {
            await node.LookAsync(_http);
            await Task.Delay(LookInterval, _closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    internal sealed record State(IReadOnlyList<Member> Nodes, IReadOnlyList<Live> Channels);

    internal sealed record Member(string Name, string State, bool IsReachable);

    internal sealed record Live(string Slug, string Origin, string BroadcastId, long Epoch);

    internal sealed record Recorded(string Id, string State, double DurationSeconds, int MissingSegments);

    private sealed record Access(string StreamKey);
}
