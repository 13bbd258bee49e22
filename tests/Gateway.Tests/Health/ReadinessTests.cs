using System.Net;
using Streaming.Gateway.Tests.Nodes;

namespace Streaming.Gateway.Tests.Health;

/// <summary>A node is ready when it can let broadcasters in, keep what they send, and change channels.</summary>
public sealed class ReadinessTests
{
    [Fact]
    public async Task Ready_StorageIsFull_SaysSo_AndTheNodeLives()
    {
        await using var node = await Node.StartAsync("Ladder:Enabled=false", "Storage:MaxBytes=65536");
        await File.WriteAllBytesAsync(Path.Combine(node.DataPath, "media", "large"), new byte[65536]);
        await node.StopAsync();

        await using var again = await Node.StartOnAsync(node.DataPath, "Ladder:Enabled=false", "Storage:MaxBytes=65536");

        await AssertNotReadyAsync(again, "storage: The storage has reached its limit");
        Assert.Equal("Healthy", await again.Viewer.GetStringAsync("/health/live"));
    }

    [Fact]
    public async Task Ready_VolumeGoesAndComesBack_SaysSoAndIsReadyAgain()
    {
        await using var node = await Node.StartAsync("Ladder:Enabled=false");
        Assert.Equal("Healthy", await node.Viewer.GetStringAsync("/health/ready"));
        var media = Path.Combine(node.DataPath, "media");
        Directory.Move(media, media + "-away");

        await AssertNotReadyAsync(node, "storage: The media volume is not there");
        Directory.Move(media + "-away", media);
        await AssertReadyAsync(node);
    }

    [Theory]
    [InlineData("channels.db")]
    [InlineData("recordings.db")]
    [InlineData("events.db")]
    public async Task Ready_DatabaseGone_SaysWhich(string name)
    {
        await using var node = await Node.StartAsync("Ladder:Enabled=false");
        var path = Path.Combine(node.DataPath, name);
        File.Move(path, path + ".away");

        await AssertNotReadyAsync(node, name + ": ");
        File.Move(path + ".away", path);
        await AssertReadyAsync(node);
    }

    [Fact]
    public async Task Ready_DataFolderTakesNoFiles_SaysSo()
    {
        await using var node = await Node.StartAsync("Ladder:Enabled=false", "Storage:Kind=memory");
        Directory.CreateDirectory(Path.Combine(node.DataPath, ".probe")); // Where root may write, nothing else keeps it from it.

        await AssertNotReadyAsync(node, "data: ");
    }

    private static async Task AssertNotReadyAsync(Node node, string reason)
    {
        var body = await Eventually.GetAsync(
            $"/health/ready says '{reason}'", () => AskAsync(node, HttpStatusCode.ServiceUnavailable), answer => answer is not null);
        var lines = body!.Split('\n');
        Assert.Equal("Unhealthy", lines[0]);
        Assert.StartsWith(reason, Assert.Single(lines[1..]), StringComparison.Ordinal);
    }

    private static async Task AssertReadyAsync(Node node) =>
        await Eventually.GetAsync("the node is ready", () => AskAsync(node, HttpStatusCode.OK), answer => answer == "Healthy");

    private static async Task<string?> AskAsync(Node node, HttpStatusCode status)
    {
        using var response = await node.Viewer.GetAsync("/health/ready");
        return response.StatusCode == status ? await response.Content.ReadAsStringAsync() : null;
    }
}
