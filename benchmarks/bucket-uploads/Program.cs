using System.Globalization;
using Streaming.BucketUploads;

switch (args)
{
    case ["sink", var port]:
        await Sink.RunAsync(int.Parse(port, CultureInfo.InvariantCulture));
        return 0;
    case ["upload", var address, var kib, var concurrency, var uploads, var rounds]:
        await Comparison.RunAsync(
            new Uri(address),
            Number(kib) * 1024,
            Number(concurrency),
            Number(uploads),
            Number(rounds));
        return 0;
    default:
        await Console.Error.WriteLineAsync("sink <port> | upload <address> <KiB> <concurrency> <uploads> <rounds>");
        return 2;
}

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
