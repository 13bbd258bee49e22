using System.Security.Cryptography;
using Streaming.CheckedViewers;
using Streaming.Pipeline.Tests.Storage.Gcs;

namespace Streaming.Chaos;

/// <summary>Everything that runs: network, database, bucket, nodes, broadcasters, viewers.</summary>
internal sealed class World : IAsyncDisposable
{
    private static readonly string[] Renditions = ["source", "144p", "audio"];

    private readonly List<IAsyncDisposable> _begun = [];

    public required PrivateNetwork Network { get; init; }

    public required Postgres Postgres { get; init; }

    public required FakeGcs Bucket { get; init; }

    public required Nodes Nodes { get; init; }

    public List<ChannelWatch> Channels { get; } = [];

    /// <summary>A viewer of the first channel.</summary>
    public BrowserViewer Browser { get; private set; } = null!;

    public static async Task<World> CreateAsync(ChaosOptions options)
    {
        var begun = new List<IAsyncDisposable>();
        try
        {
            var network = Add(await PrivateNetwork.CreateAsync(options.Nodes + options.Workers));
            var postgres = Add(await Postgres.StartAsync(options.Folder));
            var bucket = Add(await FakeGcs.StartAsync(address: PrivateNetwork.Self));
            var token = RandomNumberGenerator.GetHexString(40, lowercase: true);
            var settings = new ClusterSettings(options.Server, options.Folder, bucket.Address,
            [
                ("Admin__Token", token), ("Cluster__Secret", RandomNumberGenerator.GetHexString(64)), ("Cluster__Database", Postgres.Address),
                ("Cluster__SeedNodes", string.Join(',', Enumerable.Range(0, options.Nodes).Select(Node.AddressOf))),
                ("Storage__Kind", "gcs"), ("Storage__Bucket", bucket.Bucket), ("Segments__Window", "00:01:00"),
                ("Ladder__Rungs__0__Name", "144p"), ("Ladder__Rungs__0__Height", "144"), ("Ladder__Rungs__0__BitRate", "150000"),
            ]);
            var nodes = Add(new Nodes(
                [.. Enumerable.Range(0, options.Nodes + options.Workers).Select(node => new Node(node, node >= options.Nodes, network, settings))],
                token));
            var world = new World { Network = network, Postgres = postgres, Bucket = bucket, Nodes = nodes };
            world._begun.AddRange(begun);
            begun.Clear();
            begun.Add(world);
            await world.BeginAsync(options);
            return world;
        }
        catch
        {
            await EndAsync(begun);
            throw;
        }

        T Add<T>(T part)
            where T : IAsyncDisposable
        {
            begun.Add(part);
            return part;
        }
    }

    /// <summary>Waits until all nodes are there and all renditions go on with media since that moment.</summary>
    public async Task SettleAsync(long since, TimeSpan patience)
    {
        const int segments = 2;
        await Nodes.AreUpAsync();
        await Wait.UntilAsync(
            "all renditions go on", patience,
            () => Channels.All(channel => channel.Renditions.All(rendition => rendition.GoesOnAfter(since, segments))));
    }

    public ValueTask DisposeAsync() => EndAsync(_begun);

    private async Task BeginAsync(ChaosOptions options)
    {
        await Nodes.StartAsync();
        for (var number = 0; number < options.Channels; number++)
        {
            var slug = $"channel{number}";
            var encoder = new Encoder(Nodes, options.Media, await Nodes.CreateChannelAsync(slug), number);
            var channel = new ChannelWatch(slug, Nodes, encoder);
            _begun.Add(channel);
            Channels.Add(channel);
        }

        await Task.WhenAll(Channels.Select(static channel => channel.OpenAsync(Renditions)));
        var door = await FrontDoor.OpenAsync(Channels[0].Http);
        _begun.Add(door);
        Browser = await BrowserViewer.OpenAsync(new Uri(door.Address, $"/watch/{Channels[0].Slug}?player=hls"));
        _begun.Add(Browser);
    }

    private static async ValueTask EndAsync(List<IAsyncDisposable> begun)
    {
        foreach (var part in Enumerable.Reverse(begun))
        {
            await part.DisposeAsync();
        }
    }
}
