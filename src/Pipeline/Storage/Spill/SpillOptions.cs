namespace Streaming.Pipeline.Storage.Spill;

/// <summary>When what is to be stored goes to the disk instead of the bucket, and how it gets from there into the bucket.</summary>
public sealed record SpillOptions
{
    /// <summary>Bytes that may wait on disk. Beyond them nothing is stored while the bucket takes nothing.</summary>
    public required long MaxBytes { get; init; }

    /// <summary>
    /// How long the bucket has to take an object that comes. Default 5 s: it waits in memory meanwhile. Then it waits on disk, where it
    /// costs no memory.
    /// </summary>
    public TimeSpan DirectDeadline { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Bytes that may be on their way from memory into the bucket, of all broadcasts together. Default 64 MiB: three seconds of 200 Mbit/s.
    /// What comes beyond them waits on disk.
    /// </summary>
    public long DirectBytesMax { get; init; } = 64 << 20;

    /// <summary>Objects that are brought from the disk into the bucket at once, of one folder one. Default 8.</summary>
    public int UploadsAtOnce { get; init; } = 8;

    /// <summary>Bytes of them in memory, unless one has more. Default 32 MiB.</summary>
    public long UploadBytesMax { get; init; } = 32 << 20;

    /// <summary>The pause after the first try that failed; each next one is twice as long. Default 1 s.</summary>
    public TimeSpan PauseMin { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest pause. Default 10 s: that long what waits may go on waiting when the bucket is back.</summary>
    public TimeSpan PauseMax { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a check waits for the bucket. Default 2.5 s: less than whoever asks is waited for.</summary>
    public TimeSpan CheckDeadline { get; init; } = TimeSpan.FromSeconds(2.5);
}
