namespace Streaming.Pipeline.Storage.Spill;

/// <summary>An object that waits on disk. What changes about it changes under the lock of its <see cref="SpillingStorage"/>.</summary>
/// <param name="name">Its name, on disk and in the bucket.</param>
/// <param name="length">Its bytes.</param>
/// <param name="at">When it came.</param>
internal sealed class SpilledObject(string name, long length, DateTimeOffset at)
{
    public string Name => name;

    public long Length => length;

    public DateTimeOffset At => at;

    /// <summary>Its place among all.</summary>
    public long Number { get; set; }

    /// <summary>It was sent to the bucket, which may have taken it although nobody heard so.</summary>
    public bool MayBeInBucket { get; set; }

    /// <summary>It does not wait any more: it was stored, refused or deleted.</summary>
    public bool IsOver { get; set; }

    /// <summary>Ends when the newest try to bring it into the bucket has; null before the first.</summary>
    public TaskCompletionSource? Trying { get; set; }
}
