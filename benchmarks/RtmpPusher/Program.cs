using System.Diagnostics;
using System.Runtime.InteropServices;
using Streaming.RtmpPusher;

if (!PusherOptions.TryParse(args, out var options, out var error))
{
    Console.Error.WriteLine(error);
    Console.Error.WriteLine(PusherOptions.Usage);
    return 2;
}

using var interrupted = new CancellationTokenSource();
void Interrupt(PosixSignalContext signal)
{
    signal.Cancel = true;
    interrupted.Cancel();
}

using var onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt);
using var onTerminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt);

var loop = MediaLoop.Load(options.File);
if (options.Url is null)
{
    var output = Console.OpenStandardOutput();
    await new FlvOutput(output, loop).RunAsync(options.Duration, interrupted.Token);
    return 0;
}

// Real broadcasters are not in step, so their key frames are not either.
var stagger = PusherOptions.StaggerTotal / options.Keys.Count;
var clock = Stopwatch.StartNew();
var publishers = options.Keys
    .Select((key, index) => new RtmpPublisher(options.Url, key, options.ChunkSize, loop, stagger * index, options.Tempo))
    .ToArray();
var runs = publishers.Select(publisher => publisher.RunAsync(options.Duration, interrupted.Token)).ToArray();

var started = Task.WhenAll(publishers.Select(publisher => publisher.Started));
if (await Task.WhenAny(started, Task.WhenAll(runs)) == started && started.IsCompletedSuccessfully)
{
    Console.WriteLine($"publishing {publishers.Length}");
}

var failures = 0;
for (var i = 0; i < runs.Length; i++)
{
    try
    {
        await runs[i];
    }
    catch (Exception exception) when (exception is IOException or RtmpRefusedException)
    {
        failures++;
        await Console.Error.WriteLineAsync($"publisher {i}: {exception.Message}");
    }
}

var sent = publishers.Sum(publisher => publisher.BytesSent);
var latest = publishers.Max(publisher => publisher.LatenessMax);
Console.WriteLine(
    $"publishers {publishers.Length}, failed {failures}, {sent * 8 / clock.Elapsed.TotalSeconds / 1e6:F1} Mbit/s, " +
    $"latest send {latest.TotalMilliseconds:F0} ms after its time");
return failures == 0 ? 0 : 1;
