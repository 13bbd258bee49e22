using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Streaming.Cluster.Membership;
using Streaming.Cluster.Tests.Databases;
using Streaming.Gateway.Api;
using Streaming.Gateway.MediaPlane;
using Streaming.Gateway.Tests.Nodes;

namespace Streaming.Gateway.Tests.Membership;

/// <summary>Nodes that know no seed find each other and form one cluster, and tell strangers nothing.</summary>
[Trait("Category", "Slow")]
public sealed class DiscoveryTests(SharedPostgres postgres)
{
    private const string Secret = "a-secret-of-the-tests-that-is-long-enough";
    private const int MediaPort = 4054;

    // Addresses of this run's own: the ports are those that nodes have by default.
    private static readonly string Network = string.Create(
        CultureInfo.InvariantCulture, $"127.{100 + (Environment.ProcessId / 250 % 100)}.{1 + (Environment.ProcessId % 250)}");

    [Fact]
    public async Task Nodes_StartedAtOnce_FormOneCluster_AndOneThatComesLaterIsLetIn()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var second = Start(2, database);
        await using var third = Start(3, database);

        // The lowest, which begins the cluster, and is killed.
        await using (var first = Start(1, database))
        {
            await AreUpAsync([first, second, third], 1, 2, 3);
        }

        await AreUpAsync([second, third], 2, 3);
        await using var again = Start(1, database);

        await AreUpAsync([again, second, third], 1, 2, 3);
        var told = await AskAsync(2, Secret);
        Assert.Equal(NodeAt(2, 4053), told.Self);
        Assert.Equal([NodeAt(1, 4053), NodeAt(2, 4053), NodeAt(3, 4053)], told.Members.OrderBy(static member => member.Host, StringComparer.Ordinal));
        var refusal = await Assert.ThrowsAsync<ContactException>(() => AskAsync(2, Secret + "!"));
        Assert.StartsWith("Unauthenticated: ", refusal.Message, StringComparison.Ordinal);
    }

    private static NodeAddress NodeAt(int number, int port) => new($"{Network}.{number}", port);

    private static Task<ContactAnswer> AskAsync(int number, string secret) =>
        new ContactClient(new SecretCheck(secret)).AskAsync(NodeAt(number, MediaPort), TestContext.Current.CancellationToken);

    private static NodeProcess Start(int number, string database) => NodeProcess.Start(
        null,
        ("Cluster:Host", NodeAt(number, MediaPort).Host), ("Cluster:Discovery", "config"),
        ("Cluster:DiscoveryEndpoints", string.Join(',', Enumerable.Range(1, 3).Select(static node => NodeAt(node, MediaPort)))),
        ("Cluster:Secret", Secret), ("Cluster:Database", database), ("Admin:Token", Node.AdminToken));

    /// <summary>All of these see nodes with those numbers, and nobody else.</summary>
    private static async Task AreUpAsync(NodeProcess[] nodes, params int[] numbers)
    {
        foreach (var node in nodes)
        {
            using var client = new HttpClient { BaseAddress = await node.AddressAsync() };
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Node.AdminToken);
            await Eventually.HoldsAsync($"a node sees {string.Join(", ", numbers)}", async () =>
            {
                var seen = (await client.GetFromJsonAsync<ClusterResource>("/api/cluster"))!.Nodes;
                return seen.All(static other => other is { State: "up", IsReachable: true, Version.Length: > 0 })
                    && seen.Select(static other => other.Name).Order(StringComparer.Ordinal)
                        .SequenceEqual(numbers.Select(static number => NodeAt(number, 4053).ToString()));
            });
        }
    }
}
