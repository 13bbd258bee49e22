using Streaming.Gateway.Access;
using Streaming.Cluster.Recordings;
using Streaming.Pipeline.Transcoding;

namespace Streaming.Gateway;

/// <summary>What a node does before it serves: tells a new admin token once, ends and deletes what transcoders left that a killed
/// node had, and makes recordings of the broadcasts that the last run of the node did not end.</summary>
internal sealed partial class Startup(AdminToken token, RecordingLibrary recordings, ILogger<Startup> logger) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (token.GeneratedToken is not null)
        {
            LogToken(token.GeneratedToken, token.GeneratedAt!);
        }

        foreach (var folder in RunFolder.DeleteAbandoned())
        {
            LogAbandoned(folder);
        }

        await recordings.RecoverAsync(cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(1, LogLevel.Information, "Admin token (shown this once, kept in {Path}): {Token}")]
    private partial void LogToken(string token, string path);

    [LoggerMessage(3, LogLevel.Information, "Deleted {Folder}, which a transcoder of a server left that was killed")]
    private partial void LogAbandoned(string folder);
}
