using System.Data.Common;
using System.Net.Sockets;
using Streaming.Cluster.Membership;
using Streaming.Gateway;
using Streaming.Gateway.Configuration;
using Streaming.Gateway.Connections;

// Sockets are read on the thread that learns of them, which saves a thread change for each message: see decision 0002.
// Nothing that runs there blocks. The runtime reads this once, before the first socket.
Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");

try
{
    if (args is ["settings", .. var told])
    {
        foreach (var line in SettingsReport.Lines(NodeSettings.Read(new ConfigurationBuilder(), told).Options))
        {
            Console.WriteLine(line);
        }

        return 0;
    }

    Unwatched.LoadCode();
    while (await RunAsync(args))
    {
        await Console.Error.WriteLineAsync("The others have taken this node out of the cluster; it starts anew.");
    }

    return 0;
}
catch (Exception e)
{
    // A port that is taken, a setting that does not hold, a disk that is full: a sentence, no stack. Anything else is ours.
    await Console.Error.WriteLineAsync(e switch
    {
        InvalidDataException => $"{e.Message} {e.GetBaseException().Message}",
        DbException => $"A database in the data folder cannot be used. Is the disk full? ({e.Message})",
        InvalidOperationException or IOException or UnauthorizedAccessException or SocketException => e.Message,
        _ => e.ToString(),
    });
    return 1;
}

// Whether it is to run once more: the cluster, and nobody else, has ended it.
static async Task<bool> RunAsync(string[] args)
{
    await using var app = GatewayHost.Build(args);
    Unwatched.Catch(app.Logger);
    app.Lifetime.ApplicationStarted.Register(() => OpenFiles.OfProcess.Tell(app.Logger));
    var lost = app.Services.GetRequiredService<LostMembership>();
    await app.RunAsync();
    return lost.IsSo;
}
