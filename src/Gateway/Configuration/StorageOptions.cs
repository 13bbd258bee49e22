namespace Streaming.Gateway.Configuration;

/// <summary>Where media files are kept.</summary>
public sealed record StorageOptions
{
    public const long MinBytes = 64 << 10;
    public const string Disk = "disk";
    public const string Memory = "memory";

    /// <summary><c>disk</c> (the default) or <c>memory</c>.</summary>
    public string Kind { get; init; } = Disk;

    /// <summary>Bytes that media files may take in all, default 20 GiB. Segments beyond it stay in memory while announced.</summary>
    public long MaxBytes { get; init; } = 20L << 30;

    /// <summary>What is wrong with them, in sentences that begin with the option; empty when nothing is.</summary>
    internal IEnumerable<string> Problems()
    {
        if (Kind is not (Disk or Memory))
        {
            yield return $"{nameof(Kind)} is '{Kind}'; it has to be '{Disk}' or '{Memory}'.";
        }

        if (MaxBytes < MinBytes)
        {
            yield return $"{nameof(MaxBytes)} is {MaxBytes}; it has to be {MinBytes} at least.";
        }
    }
}
