using System.Diagnostics;
using Streaming.Viewers;

if (!ViewerOptions.TryParse(args, out var options, out var error))
{
    Console.Error.WriteLine(error);
    Console.Error.WriteLine(ViewerOptions.Usage);
    return 2;
}

using var end = new CancellationTokenSource(options.Duration);
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    end.Cancel();
};

using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false })
{
    Timeout = TimeSpan.FromSeconds(10),
};
var measurements = new Measurements();
var clock = Stopwatch.StartNew();

// Viewers do not arrive at the same moment; in step, they would ask for every playlist at once.
var viewers = Enumerable.Range(0, options.Count).Select(async index =>
{
    try
    {
        await Task.Delay(options.Arrival * index / options.Count, end.Token);
        await new Viewer(new Fetcher(http, measurements), measurements, options.Url, index).RunAsync(end.Token);
    }
    catch (OperationCanceledException) when (end.IsCancellationRequested)
    {
        // Time is up.
    }
});
await Task.WhenAll(viewers);

measurements.Print(Console.Out, clock.Elapsed);
return measurements.IsGood ? 0 : 1;
