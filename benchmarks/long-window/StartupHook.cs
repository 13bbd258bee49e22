using System.Diagnostics.CodeAnalysis;
using System.Globalization;

/// <summary>
/// Loaded into the server with <c>DOTNET_STARTUP_HOOKS</c>: says what its heap holds. When a file with the name in
/// <c>HEAP_REPORT</c> and <c>.wanted</c> after it appears, collects everything, writes the bytes that are live and the bytes that
/// were ever allocated to the file of that name, and removes the first.
/// </summary>
[SuppressMessage("Design", "CA1050", Justification = "The runtime looks for a class of this name without a namespace.")]
internal static class StartupHook
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable("HEAP_REPORT") is { } report)
        {
            new Thread(() => Serve(report)) { IsBackground = true, Name = "heap report" }.Start();
        }
    }

    private static void Serve(string report)
    {
        while (true)
        {
            Thread.Sleep(Interval);
            if (!File.Exists(report + ".wanted"))
            {
                continue;
            }

            var allocated = GC.GetTotalAllocatedBytes();
            GC.Collect(2, GCCollectionMode.Forced, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
            GC.Collect(2, GCCollectionMode.Forced, blocking: true, compacting: true);
            File.WriteAllText(report, string.Create(CultureInfo.InvariantCulture, $"{GC.GetTotalMemory(false)} {allocated}"));
            File.Delete(report + ".wanted");
        }
    }
}
