[assembly: AssemblyFixture(typeof(Streaming.Cluster.Tests.Databases.SharedPostgres))]

namespace Streaming.Cluster.Tests.Databases;

/// <summary>The server of all tests that only need databases: started by the first of them, ended after the last.</summary>
public sealed class SharedPostgres : IAsyncDisposable
{
    private readonly Lazy<Task<TestPostgres>> _server = new(TestPostgres.StartAsync);

    public Task<TestPostgres> ServerAsync() => _server.Value;

    /// <summary>An empty database, and how to get to it.</summary>
    public async Task<string> CreateDatabaseAsync() => await (await ServerAsync()).CreateDatabaseAsync();

    public async ValueTask DisposeAsync()
    {
        if (_server.IsValueCreated)
        {
            await (await _server.Value).DisposeAsync();
        }
    }
}
