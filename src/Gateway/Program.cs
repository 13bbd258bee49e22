using Streaming.Gateway;
using Streaming.Gateway.Connections;

// Sockets are read on the thread that learns of them, which saves a thread change for each message: see decision 0002.
// Nothing that runs there blocks. The runtime reads this once, before the first socket.
Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");

try
{
    await using var app = GatewayHost.Build(args);
    Unwatched.Catch(app.Logger);
    Unwatched.LoadCode();
    app.Lifetime.ApplicationStarted.Register(() => OpenFiles.OfProcess.Tell(app.Logger));
    await app.RunAsync();
    return 0;
}
catch (Exception e)
{
    // A port that is taken, a setting that does not hold: a sentence, no stack. Anything else is ours, and ends no worse.
    await Console.Error.WriteLineAsync(e is InvalidOperationException or IOException ? e.Message : e.ToString());
    return 1;
}
