namespace Streaming.Pipeline.Storage.Gcs;

/// <summary>Which bucket, where it is reached, and how long it is tried.</summary>
public sealed record GcsOptions
{
    /// <summary>Name of the bucket.</summary>
    public required string Bucket { get; init; }

    /// <summary>
    /// Where the service is, when not at Google's public address: an endpoint of Private Service Connect, such as
    /// <c>https://storage-media.p.googleapis.com</c>. Default none.
    /// </summary>
    public Uri? Endpoint { get; init; }

    /// <summary>An emulator at <see cref="Endpoint"/>, which wants no credentials.</summary>
    public bool IsEmulator { get; init; }

    /// <summary>How long a segment is tried to be stored, all retries included. Default 30 s: what waits behind it is bounded.</summary>
    public TimeSpan WriteDeadline { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long reading is tried before the first byte, or without another one; the same for lists and deletions. Default 10 s: viewers
    /// wait for it.
    /// </summary>
    public TimeSpan ReadDeadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long each step of <see cref="IMediaStorage.CheckAsync"/> is tried, and the first look whose bucket it is. Default 2.5 s: less
    /// than a health check is waited for.
    /// </summary>
    public TimeSpan CheckDeadline { get; init; } = TimeSpan.FromSeconds(2.5);

    /// <summary>
    /// How long one request may take; an upload a second more for each MiB. Default 8 s: less than a deadline, so that a connection that
    /// died silently is given up for another.
    /// </summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>The longest first pause before a retry; each next one may be twice as long. Default 200 ms.</summary>
    public TimeSpan PauseMin { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>The longest pause before a retry, unless the service asks for a longer one. Default 5 s.</summary>
    public TimeSpan PauseMax { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Bytes from which on an upload can be resumed, at the cost of one more request. Default 16 MiB: less is sent again as a whole.
    /// </summary>
    public long ResumableFrom { get; init; } = 16 << 20;

    /// <summary>A write that succeeded so lately is as good as a check: health checks cost no requests meanwhile. Default 30 s.</summary>
    public TimeSpan WroteLately { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Where an emulator is, by the value of the environment variable <c>STORAGE_EMULATOR_HOST</c>: <c>host:port</c> or an address.
    /// Null when it is none.
    /// </summary>
    public static Uri? EmulatorAt(string? host)
    {
        if (string.IsNullOrWhiteSpace(host))
        {
            return null;
        }

        var address = host.Contains("://", StringComparison.Ordinal) ? host : "http://" + host;
        return Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" ? uri : null;
    }
}
