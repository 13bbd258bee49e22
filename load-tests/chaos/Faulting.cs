using System.Collections.Immutable;

namespace Streaming.Chaos;

/// <summary>What can be broken, and how it is mended again.</summary>
/// <param name="world">What there is.</param>
/// <param name="random">Chooses what is hit, and when.</param>
internal sealed class Faulting(World world, Random random)
{
    private static readonly TimeSpan Frozen = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Away = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Cut = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan DownFor = TimeSpan.FromSeconds(2);

    private readonly World _world = world;

    /// <summary>All faults by name. Each returns what it hit when that is mended.</summary>
    public static ImmutableDictionary<string, Func<Faulting, Task<string>>> All { get; } =
        ImmutableDictionary<string, Func<Faulting, Task<string>>>.Empty
            .Add("worker-kill", static faulting => KillAsync(faulting.Worker()))
            .Add("worker-freeze", static faulting => FreezeAsync(faulting.Worker()))
            .Add("worker-stop", static faulting => StopAsync(faulting.Worker()))
            .Add("transcoder-kill", static faulting => faulting.KillTranscoderAsync())
            .Add("origin-kill", static async faulting => await KillAsync(await faulting.OriginAsync()))
            .Add("origin-freeze", static async faulting => await FreezeAsync(await faulting.OriginAsync()))
            .Add("coordinator-kill", static async faulting => await KillAsync(await faulting._world.Nodes.OldestAsync() ?? faulting.Any()))
            .Add("gateway-kill", static async faulting => await KillAsync(await faulting.GatewayAsync()))
            .Add("postgres-restart", static faulting => faulting.PostgresAsync(TimeSpan.Zero))
            .Add("postgres-away", static faulting => faulting.PostgresAsync(Away))
            .Add("cut", static faulting => faulting.CutAsync())
            .Add("rolling-restart", static faulting => faulting.RollAsync());

    private static async Task<string> KillAsync(Node node)
    {
        await node.KillAsync();
        await Task.Delay(DownFor);
        node.Start();
        return node.Name;
    }

    private static async Task<string> FreezeAsync(Node node)
    {
        node.Freeze();
        await Task.Delay(Frozen);
        node.Wake();
        return node.Name;
    }

    private static async Task<string> StopAsync(Node node)
    {
        await node.StopAsync();
        node.Start();
        return node.Name;
    }

    private Task<string> KillTranscoderAsync()
    {
        var all = _world.Nodes.All.SelectMany(static node => node.Transcoders.Select(process => (node.Name, process))).ToList();
        if (all.Count == 0)
        {
            return Task.FromResult("none");
        }

        var (name, hit) = all[random.Next(all.Count)];
        Shell.Signal(hit, Shell.Kill);
        return Task.FromResult($"on {name}");
    }

    private async Task<string> PostgresAsync(TimeSpan away)
    {
        await _world.Postgres.StopAsync();
        await Task.Delay(away);
        await _world.Postgres.StartAsync();
        return "the database";
    }

    private async Task<string> CutAsync()
    {
        var nodes = _world.Nodes.All.ToArray();
        random.Shuffle(nodes);
        var (one, other) = (nodes[0], nodes[1]);
        await _world.Network.CutAsync(one.Number, other.Number);
        await Task.Delay(Cut);
        await _world.Network.MendAsync(one.Number, other.Number);
        return $"{one.Name} from {other.Name}";
    }

    private async Task<string> RollAsync()
    {
        foreach (var node in _world.Nodes.All)
        {
            await node.StopAsync();
            node.Start();
            await _world.Nodes.AreUpAsync();
        }

        return "all";
    }

    private Node Any() => random.GetItems(_world.Nodes.Ingest.ToArray(), 1)[0];

    /// <summary>One that has something to transcode, if possible one that does nothing else.</summary>
    private Node Worker()
    {
        var busy = _world.Nodes.All.Where(static node => node.Transcoders.Any()).OrderByDescending(static node => node.IsWorker).ToList();
        var all = busy.Where(node => node.IsWorker == busy[0].IsWorker).ToArray();
        return all.Length == 0 ? _world.Nodes.All[^1] : random.GetItems(all, 1)[0];
    }

    private async Task<Node> OriginAsync() =>
        await _world.Nodes.OriginOfAsync(random.GetItems(_world.Channels.ToArray(), 1)[0].Slug) ?? Any();

    /// <summary>One with viewers that is not the origin of all.</summary>
    private async Task<Node> GatewayAsync()
    {
        var origin = await OriginAsync();
        return random.GetItems(_world.Nodes.Ingest.Where(node => node != origin).ToArray(), 1)[0];
    }
}
