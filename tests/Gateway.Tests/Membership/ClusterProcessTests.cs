using System.Diagnostics;
using Streaming.Cluster.Tests.Databases;
using Streaming.Gateway.Tests.Nodes;

namespace Streaming.Gateway.Tests.Membership;

/// <summary>Nodes in processes of their own: each answers for all channels, and the others go on when one dies.</summary>
[Trait("Category", "Slow")]
public sealed class ClusterProcessTests(SharedPostgres postgres, ITestOutputHelper output)
{
    [Fact]
    public async Task Node_Killed_TheOthersGoOnWithAllChannels_AndItComesBack()
    {
        await using var cluster = await TestCluster.StartAsync(postgres, 3);
        for (var number = 0; number < 12; number++)
        {
            Assert.NotNull(await cluster.PutAsync(number % 3, $"c{number}"));
        }

        // The oldest, which is a seed and places the channels.
        await cluster.KillAsync(0);
        var began = Stopwatch.GetTimestamp();
        for (var number = 0; number < 12; number++)
        {
            var slug = $"c{number}";
            await Eventually.HoldsAsync($"{slug} is renamed", () => IsPutAsync(cluster, 1 + (number % 2), slug, "Renamed"));
        }

        output.WriteLine($"All channels answered {Stopwatch.GetElapsedTime(began).TotalSeconds:0.00} s after the kill.");
        await cluster.AreUpAsync(1, 2);
        cluster.Start(0);
        await cluster.AreUpAsync(0, 1, 2);
        Assert.Null(await cluster.PutAsync(0, "c1"));
        Assert.NotNull(await cluster.PutAsync(0, "new"));
    }

    private static async Task<bool> IsPutAsync(TestCluster cluster, int node, string slug, string title)
    {
        try
        {
            return await cluster.PutAsync(node, slug, title) is null;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
