namespace Streaming.Cluster.Recordings;

/// <summary>Lets one at a time do something that takes a while, in the order in which they came. It holds no thread.</summary>
internal sealed class OneAtATime
{
    private readonly Lock _coming = new();
    private Task _last = Task.CompletedTask;

    /// <summary>Does it when all who came before are done, however that went.</summary>
    public Task DoAsync(Func<Task> work)
    {
        lock (_coming)
        {
            return _last = AfterAsync(_last, work);
        }
    }

    private static async Task AfterAsync(Task before, Func<Task> work)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        await work().ConfigureAwait(false);
    }
}
