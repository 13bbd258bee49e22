namespace Streaming.Pipeline.Storage.Gcs;

/// <summary>
/// The thread in which the runtime learns of sockets, where what waited for one goes on in this program (decision 0002). It reads
/// publishers: no disk, no encryption of megabytes may keep it.
/// </summary>
internal static class EventThread
{
    /// <summary>Goes on in the thread pool.</summary>
    public static Task LeaveAsync() => Thread.CurrentThread.IsThreadPoolThread ? Task.CompletedTask : YieldAsync();

    private static async Task YieldAsync() => await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
}
