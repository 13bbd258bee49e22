using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Streaming.StalledReaders;

if (!StalledOptions.TryParse(args, out var options, out var error))
{
    Console.Error.WriteLine(error);
    Console.Error.WriteLine(StalledOptions.Usage);
    return 2;
}

using var end = new CancellationTokenSource(options.Calm + StalledOptions.Patience);
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    end.Cancel();
};

using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { Timeout = TimeSpan.FromSeconds(60) };
var playlist = await Channel.FirstVariantAsync(http, options.Url);
var segment = await Channel.SegmentAsync(http, playlist, options.IsOld);
var viewers = new ReloadingViewers(http, playlist);
var reloading = viewers.RunAsync(options.Viewers, end.Token);

await Task.Delay(TimeSpan.FromSeconds(2), end.Token);
viewers.Take();
await Task.Delay(options.Calm, end.Token);
var calm = viewers.Take();
Console.WriteLine($"without   {calm}");

// All requests at once, and nothing is ever read.
var request = Encoding.ASCII.GetBytes(string.Concat(
    Enumerable.Repeat($"GET {segment.PathAndQuery} HTTP/1.1\r\nHost: {segment.Authority}\r\n\r\n", StalledOptions.RequestsEach)));
var before = KernelState.TcpBytes();
var clock = Stopwatch.StartNew();
var readers = new List<Socket>();
var ports = new HashSet<int>();
var refused = 0;
try
{
    for (var index = 0; index < options.Readers; index++)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        readers.Add(socket);
        try
        {
            await socket.ConnectAsync(IPAddress.Parse(segment.Host), segment.Port, end.Token);
            ports.Add(((IPEndPoint)socket.LocalEndPoint!).Port);
            await socket.SendAsync(request, end.Token);
        }
        catch (SocketException)
        {
            refused++;
        }
    }

    var arrived = clock.Elapsed;
    var (most, mostUnsent, left) = (0L, 0L, options.Readers);
    while (left > 0 && !end.IsCancellationRequested)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(250));
        (left, var unsent) = KernelState.ServerSide(segment.Port, ports);
        most = Math.Max(most, KernelState.TcpBytes() - before);
        mostUnsent = Math.Max(mostUnsent, unsent);
    }

    var with = viewers.Take();
    Console.WriteLine($"with      {with}");
    Console.WriteLine(
        $"{options.Readers} readers came in {arrived.TotalSeconds:F1} s, {refused} were refused; {options.Readers - left} were gone "
        + $"{clock.Elapsed.TotalSeconds:F1} s after the first came");
    Console.WriteLine(
        $"kernel memory, KiB a reader: {(double)most / options.Readers / 1024:F0} on both ends, "
        + $"of which {(double)mostUnsent / options.Readers / 1024:F0} wait at the server to be sent");
    Console.WriteLine($"p99 with / without = {with.P99 / calm.P99:F2}");
    return left == 0 ? 0 : 1;
}
catch (OperationCanceledException)
{
    Console.Error.WriteLine("interrupted");
    return 1;
}
finally
{
    readers.ForEach(reader => reader.Dispose());
    await end.CancelAsync();
    await reloading;
}
