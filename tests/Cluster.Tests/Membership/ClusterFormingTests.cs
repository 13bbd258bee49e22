using System.Net;
using System.Net.Sockets;
using Akka.Cluster;
using Streaming.Cluster.Membership;
using Streaming.Cluster.Tests.Databases;

namespace Streaming.Cluster.Tests.Membership;

/// <summary>Nodes that know the secret form a cluster, in which each knows all channels; others are not let in.</summary>
[Trait("Category", "Slow")]
public sealed class ClusterFormingTests(SharedPostgres postgres) : IDisposable
{
    private const string Secret = "a-secret-of-the-tests-that-is-long-enough";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly List<TemporaryFolder> _folders = [];
    private readonly int _seedPort = FreePort();

    public void Dispose() => _folders.ForEach(static folder => folder.Dispose());

    [Fact]
    public async Task Nodes_KnowTheSecret_AreOneCluster_AndAllKnowAllChannels()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var first = await StartAsync(database, _seedPort);
        await using var second = await StartAsync(database, 0);
        await using var third = await StartAsync(database, 0);
        await UntilAsync(() => Up(first) == 3 && Up(second) == 3 && Up(third) == 3);

        await second.Registry.PutAsync("of-the-second", "A channel");
        await third.Registry.PutAsync("of-the-third", null);

        await UntilAsync(() => new[] { first, second, third }.All(
            static member => member.Directory.All is [{ Slug: "of-the-second", Title: "A channel" }, { Slug: "of-the-third" }]));
        Assert.Equal("akka.ssl.tcp", first.Cluster.SelfAddress.Protocol);
    }

    [Fact]
    public async Task Node_Stopped_ItsChannelsAnswerElsewhere()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var first = await StartAsync(database, _seedPort);
        var second = await StartAsync(database, 0);
        await using var third = await StartAsync(database, 0);
        await UntilAsync(() => Up(first) == 3);
        for (var number = 0; number < 20; number++)
        {
            await first.Registry.PutAsync($"c{number}", null);
        }

        await second.DisposeAsync();

        for (var number = 0; number < 20; number++)
        {
            await third.Registry.PutAsync($"c{number}", "Renamed");
        }

        await UntilAsync(() => Up(first) == 2 && first.Directory.All.All(static channel => channel.Title == "Renamed"));
    }

    [Fact]
    public async Task Node_KnowsAnotherSecret_IsNotLetIn_AndTheOthersGoOn()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var first = await StartAsync(database, _seedPort);
        await using var stranger = await StartAsync(database, 0, Secret + "!");
        await using var second = await StartAsync(database, 0);

        await UntilAsync(() => Up(first) == 2 && Up(second) == 2);

        Assert.Equal(0, Up(stranger));
        Assert.DoesNotContain(first.Cluster.State.Members, member => member.Address == stranger.Cluster.SelfAddress);
    }

    private static int Up(ClusterMember member) =>
        member.Cluster.State.Members.Count(static other => other.Status == MemberStatus.Up) - member.Cluster.State.Unreachable.Count;

    private async Task<ClusterMember> StartAsync(string database, int port, string secret = Secret)
    {
        var folder = new TemporaryFolder();
        _folders.Add(folder);
        return await ClusterMember.StartAsync(
            folder,
            database: database,
            network: new ClusterNetwork("127.0.0.1", port, [new NodeAddress("127.0.0.1", _seedPort)], secret));
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!holds())
        {
            await Task.Delay(20, patience.Token);
        }
    }

    private static int FreePort()
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
