using Streaming.Cluster.Channels;
using Streaming.Gateway.Access;
using Streaming.Cluster.Recordings;

namespace Streaming.Gateway;

/// <summary>What a node does before it serves: tells a new admin token once, and makes recordings of the broadcasts that the
/// last run of the node did not end.</summary>
internal sealed partial class Startup(
    AdminToken token, RecordingLibrary recordings, ChannelRemoval removal, ILogger<Startup> logger) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (token.GeneratedToken is not null)
        {
            LogToken(token.GeneratedToken, token.GeneratedAt!);
        }

        removal.FinishAll(); // Else their recordings would be listed once more.
        await recordings.RecoverAsync(cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(1, LogLevel.Information, "Admin token (shown this once, kept in {Path}): {Token}")]
    private partial void LogToken(string token, string path);
}
