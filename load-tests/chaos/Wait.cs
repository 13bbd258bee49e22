using System.Diagnostics;

namespace Streaming.Chaos;

/// <summary>Waiting for what is to come.</summary>
internal static class Wait
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <exception cref="TimeoutException">It did not come.</exception>
    public static async Task UntilAsync(string what, TimeSpan patience, Func<Task<bool>> holds)
    {
        for (var began = Stopwatch.StartNew(); !await holds(); await Task.Delay(Pause))
        {
            if (began.Elapsed > patience)
            {
                throw new TimeoutException($"It did not come in {patience.TotalSeconds:F0} s that {what}.");
            }
        }
    }

    public static Task UntilAsync(string what, TimeSpan patience, Func<bool> holds) => UntilAsync(what, patience, () => Task.FromResult(holds()));
}
