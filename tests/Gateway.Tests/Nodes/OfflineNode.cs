namespace Streaming.Gateway.Tests.Nodes;

/// <summary>A node that transcodes nothing, for the tests of a class.</summary>
public sealed class OfflineNode : IAsyncLifetime
{
    internal Node Node { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Node = await Node.StartAsync("Ladder:Enabled=false");

    public ValueTask DisposeAsync() => Node.DisposeAsync();
}
