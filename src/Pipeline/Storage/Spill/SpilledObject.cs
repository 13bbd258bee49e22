using System.Globalization;

namespace Streaming.Pipeline.Storage.Spill;

/// <summary>An object that waits on disk. What changes about it changes under the lock of its <see cref="SpillingStorage"/>.</summary>
/// <param name="name">Its name in the bucket.</param>
/// <param name="epoch">That it is written under.</param>
/// <param name="length">Its bytes.</param>
/// <param name="at">When it came.</param>
internal sealed class SpilledObject(string name, long epoch, long length, DateTimeOffset at)
{
    // Between name and epoch. Names of media are far from the longest that a storage takes.
    private const string Mark = ".epoch-";

    public string Name => name;

    public long Epoch => epoch;

    public long Length => length;

    public DateTimeOffset At => at;

    /// <summary>Its name on disk, where its epoch is known by nothing else: <c>live/b/source/7.m4s.epoch-12</c>; without one, its name.</summary>
    public string NameOnDisk { get; } = epoch == 0 ? name : string.Create(CultureInfo.InvariantCulture, $"{name}{Mark}{epoch}");

    /// <summary>Its place among all.</summary>
    public long Number { get; set; }

    /// <summary>It was sent to the bucket, which may have taken it although nobody heard so.</summary>
    public bool MayBeInBucket { get; set; }

    /// <summary>It does not wait any more: it was stored, refused or deleted.</summary>
    public bool IsOver { get; set; }

    /// <summary>Ends when the newest try to bring it into the bucket has; null before the first.</summary>
    public TaskCompletionSource? Trying { get; set; }

    /// <summary>What lies on disk under a name, from an earlier run.</summary>
    public static SpilledObject Of(string nameOnDisk, long length, DateTimeOffset at) =>
        nameOnDisk.LastIndexOf(Mark, StringComparison.Ordinal) is var mark and > 0
        && long.TryParse(nameOnDisk.AsSpan(mark + Mark.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var epoch)
            ? new(nameOnDisk[..mark], epoch, length, at)
            : new(nameOnDisk, 0, length, at);
}
