using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using Streaming.Cluster.Membership;
using Streaming.Cluster.Tests.Databases;
using Streaming.Gateway.Api;

namespace Streaming.Gateway.Tests.Nodes;

/// <summary>Nodes of one cluster, each a process, with channels in one database.</summary>
internal sealed class TestCluster : IAsyncDisposable
{
    private readonly Dictionary<int, NodeProcess> _nodes = [];
    private readonly Dictionary<int, HttpClient> _operators = [];
    private readonly string _database;
    private readonly string[] _settings;
    private readonly string[] _roles;
    private readonly int[] _ports;

    private TestCluster(string database, string[] roles, string[] settings) =>
        (_database, _roles, _ports, _settings) = (database, roles, FreePorts(roles.Length), settings);

    /// <summary>Starts so many, and waits until all have found each other.</summary>
    public static Task<TestCluster> StartAsync(SharedPostgres postgres, int count, params string[] settings) =>
        StartAsync(postgres, [.. Enumerable.Repeat(NodeRoles.All.ToString(), count)], settings);

    /// <summary>Starts a node for each of these roles, and waits until all have found each other.</summary>
    public static async Task<TestCluster> StartAsync(SharedPostgres postgres, string[] roles, params string[] settings)
    {
        var cluster = new TestCluster(await postgres.CreateDatabaseAsync(), roles, settings);
        try
        {
            for (var node = 0; node < roles.Length; node++)
            {
                cluster.Start(node);
            }

            await cluster.AreUpAsync([.. Enumerable.Range(0, roles.Length)]);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    public NodeProcess this[int node] => _nodes[node];

    /// <summary>What others call it.</summary>
    public string NameOf(int node) => $"127.0.0.1:{_ports[node]}";

    /// <summary>Starts a node, again where it has been before.</summary>
    public void Start(int node)
    {
        string[] all =
        [
            "Cluster:Host=127.0.0.1", $"Cluster:Port={_ports[node]}", "Cluster:MediaPort=0",
            $"Cluster:SeedNodes={string.Join(',', _ports[..2].Select((_, seed) => NameOf(seed)))}",
            "Cluster:Secret=a-secret-of-the-tests-that-is-long-enough", $"Cluster:Database={_database}", $"Admin:Token={Node.AdminToken}",
            $"Roles={_roles[node]}", "Segments:Target=00:00:01", "Segments:Window=00:00:06", .. _settings,
        ];
        _nodes[node] = NodeProcess.Start(null, [.. all.Select(static setting => (setting.Split('=')[0], setting[(setting.IndexOf('=', StringComparison.Ordinal) + 1)..]))]);
    }

    /// <summary>The operator, at one of the nodes.</summary>
    public async Task<HttpClient> OperatorAsync(int node)
    {
        if (!_operators.TryGetValue(node, out var client))
        {
            client = new HttpClient { BaseAddress = await _nodes[node].AddressAsync() };
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Node.AdminToken);
            _operators[node] = client;
        }

        return client;
    }

    /// <summary>Makes or renames a channel at a node, and returns its key if it is new.</summary>
    public async Task<string?> PutAsync(int node, string slug, string? title = null)
    {
        using var response = await (await OperatorAsync(node)).PutAsJsonAsync($"/api/channels/{slug}", new { title });
        return (await response.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<ChannelAccess>())!.StreamKey;
    }

    public async Task<ClusterResource> ShowAsync(int node) =>
        (await (await OperatorAsync(node)).GetFromJsonAsync<ClusterResource>("/api/cluster"))!;

    /// <summary>Waits until all of these see each other, and nobody else.</summary>
    public async Task AreUpAsync(params int[] nodes)
    {
        foreach (var node in nodes)
        {
            await IsSeenAsync(node, nodes);
        }
    }

    /// <summary>Waits until one of them sees all of these, and nobody else.</summary>
    public Task IsSeenAsync(int by, params int[] nodes)
    {
        var names = nodes.Select(NameOf).Order(StringComparer.Ordinal).ToList();
        return Eventually.HoldsAsync($"node {by} sees {string.Join(", ", names)}", async () =>
        {
            var seen = (await ShowAsync(by)).Nodes;
            return seen.All(static other => other is { State: "up", IsReachable: true })
                && seen.Select(static other => other.Name).Order(StringComparer.Ordinal).SequenceEqual(names);
        });
    }

    /// <summary>Ends it as kill -9 does.</summary>
    public async Task KillAsync(int node)
    {
        await _nodes[node].DisposeAsync();
        Forget(node);
    }

    /// <summary>Ends it as a service manager does.</summary>
    public async Task StopAsync(int node)
    {
        Assert.Equal(0, await _nodes[node].StopAsync());
        await _nodes[node].DisposeAsync();
        Forget(node);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes.Values)
        {
            await node.DisposeAsync();
        }

        foreach (var client in _operators.Values)
        {
            client.Dispose();
        }
    }

    private void Forget(int node)
    {
        _nodes.Remove(node);
        if (_operators.Remove(node, out var client))
        {
            client.Dispose();
        }
    }

    private static int[] FreePorts(int count)
    {
        var sockets = Enumerable.Range(0, count).Select(static _ => new Socket(SocketType.Stream, ProtocolType.Tcp)).ToList();
        sockets.ForEach(static socket => socket.Bind(new IPEndPoint(IPAddress.Loopback, 0)));
        int[] ports = [.. sockets.Select(static socket => ((IPEndPoint)socket.LocalEndPoint!).Port)];
        sockets.ForEach(static socket => socket.Dispose());
        return ports;
    }
}
