using Streaming.Cluster.Channels;
using Streaming.Cluster.Removal;
using Streaming.Gateway.Access;
using Streaming.Cluster.Recordings;
using Streaming.Pipeline.Transcoding;

namespace Streaming.Gateway;

/// <summary>What a node does before it serves: tells where the admin token is, ends and deletes what transcoders left that a
/// killed node had, makes recordings of the broadcasts that the last run of the node did not end, and tells their channels.</summary>
internal sealed partial class Startup(
    AdminToken token, RecordingLibrary recordings, ChannelRemoval removal, ChannelClaims claims, ILogger<Startup> logger) : IHostedService
{
    private Task _told = Task.CompletedTask;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        LogToken(token.Path ?? "the setting Streaming:Admin:Token");

        foreach (var folder in RunFolder.DeleteAbandoned())
        {
            LogAbandoned(folder);
        }

        await removal.FinishAllAsync(); // Else their recordings would be listed once more.
        var interrupted = await recordings.ReadInterruptedAsync();
        await recordings.RecoverAsync(cancellationToken);

        // Sent before any claim of this run, which is let in after this: so they are stored before it, under their own epochs.
        _told = Task.WhenAll(interrupted.Select(
            broadcast => claims.EndInterruptedAsync(broadcast.Channel, broadcast.Epoch, broadcast.Id)));
    }

    public Task StopAsync(CancellationToken cancellationToken) => _told;

    [LoggerMessage(1, LogLevel.Information, "The admin token is in {Place}")]
    private partial void LogToken(string place);

    [LoggerMessage(3, LogLevel.Information, "Deleted {Folder}, which a transcoder of a server left that was killed")]
    private partial void LogAbandoned(string folder);
}
