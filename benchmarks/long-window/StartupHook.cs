using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.InteropServices;

/// <summary>
/// Loaded into the server with <c>DOTNET_STARTUP_HOOKS</c>: says what its heap holds. At SIGUSR1 it collects everything and writes
/// the bytes that are live and the bytes that were ever allocated to the file that <c>HEAP_REPORT</c> names.
/// </summary>
[SuppressMessage("Design", "CA1050", Justification = "The runtime looks for a class of this name without a namespace.")]
internal static class StartupHook
{
    // signal(7); the runtime has no name for it.
    private const PosixSignal UserSignal = (PosixSignal)10;

    private static PosixSignalRegistration? _registration;

    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable("HEAP_REPORT") is { } report)
        {
            _registration = PosixSignalRegistration.Create(UserSignal, signal =>
            {
                signal.Cancel = true;
                Write(report);
            });
        }
    }

    private static void Write(string report)
    {
        var allocated = GC.GetTotalAllocatedBytes();
        GC.Collect(2, GCCollectionMode.Forced, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        GC.Collect(2, GCCollectionMode.Forced, blocking: true, compacting: true);
        var unfinished = report + ".unfinished";
        File.WriteAllText(unfinished, string.Create(CultureInfo.InvariantCulture, $"{GC.GetTotalMemory(false)} {allocated}"));
        File.Move(unfinished, report);
    }
}
