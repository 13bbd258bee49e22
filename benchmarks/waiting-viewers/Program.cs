using Streaming.RtmpPusher;
using Streaming.WaitingViewers;

// Answers are read on the thread that learns of them: of the two, the client must not be the slow one.
Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");

const int ChunkSize = 4096; // OBS Studio's.
var settling = TimeSpan.FromSeconds(120);

if (WaitingOptions.Parse(args) is not { } options)
{
    await Console.Error.WriteLineAsync(WaitingOptions.Usage);
    return 2;
}

var pushed = new PushedFrames();
var publisher = new RtmpPublisher(
    options.Rtmp, options.Key, ChunkSize, MediaLoop.Load(options.File), TimeSpan.Zero, Tempo.RealTime)
{
    Sent = pushed.Add,
};
using var stop = new CancellationTokenSource();
var pushing = publisher.RunAsync(options.Duration + settling, stop.Token);
try
{
    await publisher.Started;
    using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
    var channel = await Channel.FindAsync(options.Http, options.Slug, renditions: 2, patience.Token);
    var measured = options.Viewers == 0
        ? new ServerShare(options, pushed).RunAsync(channel, stop.Token)
        : new ViewerLoad(options, new ServerShare(options, pushed)).RunAsync(channel, stop.Token);
    if (await Task.WhenAny(measured, pushing) == pushing)
    {
        await pushing;
        throw new IOException("the broadcast ended early");
    }

    return await measured ? 0 : 1;
}
catch (Exception e) when (e is IOException or RtmpRefusedException or InvalidOperationException or InvalidDataException
    or System.Net.Sockets.SocketException or OperationCanceledException)
{
    await Console.Error.WriteLineAsync($"waiting-viewers: {e.Message}");
    return 1;
}
finally
{
    await stop.CancelAsync();
    await Task.WhenAny(pushing);
    Console.WriteLine($"the latest picture was sent {publisher.LatenessMax.TotalMilliseconds:F0} ms after its time");
}
