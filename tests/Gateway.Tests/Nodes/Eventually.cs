using System.Diagnostics;
using System.Globalization;

namespace Streaming.Gateway.Tests.Nodes;

/// <summary>Waits for what will be true in a moment, and says what was not when the limit has passed.</summary>
internal static class Eventually
{
    /// <summary>Far more than anything takes on a machine that is not overloaded.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private const double SlownessMax = 20;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Asks until the answer satisfies <paramref name="holds"/>, and returns it.</summary>
    public static async Task<T> GetAsync<T>(
        string what, Func<Task<T>> ask, Func<T, bool> holds, TimeSpan? limit = null, TimeSpan? pause = null)
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            var answer = await ask();
            if (holds(answer))
            {
                return answer;
            }

            if (watch.Elapsed > (limit ?? Patience) * Slowness)
            {
                Assert.Fail($"After {watch.Elapsed.TotalSeconds:0.0} s still not: {what}. The last answer was {answer}.");
            }

            await Task.Delay(pause ?? Pause);
        }
    }

    /// <summary>
    /// How many times as long as on an idle machine things take now: the processes that want a core, by the number of cores.
    /// Time limits are multiplied by it, so that no test is decided by what else runs.
    /// </summary>
    public static double Slowness => !File.Exists("/proc/loadavg") ? 1 : Math.Clamp(
        double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture) / Environment.ProcessorCount,
        1,
        SlownessMax);

    /// <summary>Asks until the answer is not null, and returns it.</summary>
    public static async Task<T> GetAsync<T>(string what, Func<T?> ask, TimeSpan? limit = null)
        where T : class =>
        (await GetAsync(what, () => Task.FromResult(ask()), answer => answer is not null, limit))!;

    public static Task HoldsAsync(string what, Func<Task<bool>> holds, TimeSpan? limit = null) =>
        GetAsync(what, holds, answer => answer, limit);
}
