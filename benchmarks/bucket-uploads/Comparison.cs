using System.Globalization;
using Google.Cloud.Storage.V1;
using Streaming.Pipeline.Storage.Gcs;

namespace Streaming.BucketUploads;

/// <summary>Uploads by our storage and by the library's own client in turn, in one process, to one sink.</summary>
internal static class Comparison
{
    private const string Bucket = "sink";

    public static async Task RunAsync(Uri sink, int length, int concurrency, int uploads, int rounds)
    {
        // As a segment comes: in six parts.
        var bytes = new byte[length];
        new Random(1).NextBytes(bytes);
        ReadOnlyMemory<byte>[] parts = [.. bytes.Chunk((length / 6) + 1).Select(static part => part.AsMemory())];
        using var ours = new GcsStorage(new GcsOptions { Bucket = Bucket, Endpoint = sink, IsEmulator = true }, TimeProvider.System);
        var address = new Uri(sink, "/storage/v1/").AbsoluteUri;
        using var library = await new StorageClientBuilder { BaseUri = address, UnauthenticatedAccess = true }.BuildAsync();
        Func<string, Task> byOurs = name => ours.WriteAsync(name, parts, 0, CancellationToken.None);
        Func<string, Task> byLibrary = async name =>
        {
            using var stream = new MemoryStream(bytes, writable: false);
            await library.UploadObjectAsync(Bucket, name, "video/mp4", stream, new UploadObjectOptions { IfGenerationMatch = 0 });
        };

        // Until code is compiled for good.
        await MeasureAsync(byOurs, concurrency, uploads);
        await MeasureAsync(byLibrary, concurrency, uploads);
        await Task.Delay(1000);
        var figures = new List<(Figure Ours, Figure Library)>();
        for (var round = 1; round <= rounds; round++)
        {
            figures.Add((await MeasureAsync(byOurs, concurrency, uploads), await MeasureAsync(byLibrary, concurrency, uploads)));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"round {round}: ours {figures[^1].Ours}; library {figures[^1].Library}"));
        }

        var oursCpu = Median(figures.Select(round => round.Ours.CpuMs));
        var libraryCpu = Median(figures.Select(round => round.Library.CpuMs));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"medians of CPU an upload: ours {oursCpu:0.000} ms, library {libraryCpu:0.000} ms; "
                + $"ours / library {oursCpu / libraryCpu:0.00}"));
        var oursRate = Median(figures.Select(round => round.Ours.UploadsPerSecond));
        var libraryRate = Median(figures.Select(round => round.Library.UploadsPerSecond));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"medians of uploads a second: ours {oursRate:0} ({oursRate * length / 1e6:0} MB/s), "
                + $"library {libraryRate:0} ({libraryRate * length / 1e6:0} MB/s); ours / library {oursRate / libraryRate:0.00}"));
    }

    private static async Task<Figure> MeasureAsync(Func<string, Task> upload, int concurrency, int uploads)
    {
        var next = 0;
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var cpu = Environment.CpuUsage.TotalTime;
        var began = TimeProvider.System.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, concurrency).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Increment(ref next) is var number && number <= uploads)
            {
                await upload(string.Create(CultureInfo.InvariantCulture, $"live/b/source/{number}.m4s"));
            }
        })));
        return new Figure(
            (Environment.CpuUsage.TotalTime - cpu).TotalMilliseconds / uploads,
            uploads / TimeProvider.System.GetElapsedTime(began).TotalSeconds,
            (GC.GetTotalAllocatedBytes(precise: true) - allocated) / uploads / 1024);
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }

    private sealed record Figure(double CpuMs, double UploadsPerSecond, long GarbageKiB)
    {
        public override string ToString() => string.Create(
            CultureInfo.InvariantCulture, $"{CpuMs:0.000} ms, {UploadsPerSecond:0} a second, {GarbageKiB} KiB garbage");
    }
}
