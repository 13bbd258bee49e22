using Streaming.Gateway.Access;
using Streaming.Pipeline.Storage;

namespace Streaming.Gateway;

/// <summary>What a node does before it serves: tells a new admin token once, and clears away media of broadcasts that the
/// last run of the node did not end.</summary>
internal sealed partial class Startup(AdminToken token, IMediaStorage storage, ILogger<Startup> logger) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (token.GeneratedToken is not null)
        {
            LogToken(token.GeneratedToken, token.GeneratedAt!);
        }

        await storage.DeleteFolderAsync("live", cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(1, LogLevel.Information, "Admin token (shown this once, kept in {Path}): {Token}")]
    private partial void LogToken(string token, string path);
}
