using Streaming.Gateway;

// Sockets are read on the thread that learns of them, which saves a thread change for each message: see decision 0002.
// Nothing that runs there blocks. The runtime reads this once, before the first socket.
Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");

try
{
    await using var app = GatewayHost.Build(args);
    await app.RunAsync();
    return 0;
}
catch (Exception e) when (e is InvalidOperationException or IOException or UnauthorizedAccessException)
{
    // A port that is taken, a setting that does not hold: a sentence, no stack.
    await Console.Error.WriteLineAsync(e.Message);
    return 1;
}
