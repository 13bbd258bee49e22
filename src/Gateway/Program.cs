using Streaming.Gateway;

try
{
    await using var app = GatewayHost.Build(args);
    await app.RunAsync();
    return 0;
}
catch (Exception e) when (e is InvalidOperationException or IOException)
{
    // A port that is taken, a setting that does not hold: a sentence, no stack.
    await Console.Error.WriteLineAsync(e.Message);
    return 1;
}
