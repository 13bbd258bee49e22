using System.Text.RegularExpressions;

namespace Streaming.Gateway.Configuration;

/// <summary>Where media files are kept.</summary>
public sealed partial record StorageOptions
{
    public const long MinBytes = 64 << 10;
    public const long CacheMinBytes = 16 << 20;
    public const string Disk = "disk";
    public const string Memory = "memory";
    public const string Gcs = "gcs";

    /// <summary>
    /// <c>disk</c> (the default), <c>memory</c>, or <c>gcs</c>: a bucket of Google Cloud Storage, which survives the node and has no
    /// size, at a price for each request.
    /// </summary>
    public string Kind { get; init; } = Disk;

    /// <summary>
    /// Bytes that media files may take in all on disk or in memory, default 20 GiB. Segments beyond it stay in memory while announced. A
    /// bucket has no such limit; what recordings take there is limited by <c>Recordings:MaxBytes</c> alone.
    /// </summary>
    public long MaxBytes { get; init; } = 20L << 30;

    /// <summary>Name of the bucket, for <c>gcs</c>. It has to be there; the node does not make it. Default none.</summary>
    public string Bucket { get; init; } = "";

    /// <summary>
    /// Where the service is, for <c>gcs</c>, when not at Google's public address: an endpoint of Private Service Connect, such as
    /// <c>https://storage-media.p.googleapis.com</c>. Default none. <c>STORAGE_EMULATOR_HOST</c> wins, and then nobody is asked for
    /// credentials.
    /// </summary>
    public string Endpoint { get; init; } = "";

    /// <summary>
    /// Bytes of stored media that the node keeps on its own disk, in the data folder, for <c>gcs</c>: what many watch is fetched from the
    /// bucket once. 0 for none, else 16 MiB at least; default 2 GiB. More is fetched less often, at the cost of the disk.
    /// </summary>
    public long CacheMaxBytes { get; init; } = 2L << 30;

    /// <summary>
    /// Address below which everybody finds what is stored: of a public bucket (<c>https://storage.googleapis.com/BUCKET</c>), or of a CDN
    /// before it. Stored segments are then answered with a redirect to it. Default none: the node sends them itself.
    /// </summary>
    public string PublicBaseUrl { get; init; } = "";

    /// <summary>
    /// Bytes on the node's disk that may wait for the bucket, for <c>gcs</c>, while it takes nothing or too little. Default 4 GiB: an hour
    /// of a broadcast of 8.5 Mbit/s with its rungs. Beyond them segments are not stored. 0 keeps nothing there:
    /// what is not taken within 30 s is missing.
    /// </summary>
    public long SpillMaxBytes { get; init; } = 4L << 30;

    /// <summary>Media is in a bucket: in a cluster, one that all nodes share.</summary>
    internal bool IsBucket => Kind == Gcs;

    /// <summary>Bytes that media files may take in all; null where nothing limits them.</summary>
    public long? LimitBytes => Kind == Gcs ? null : MaxBytes;

    /// <summary>What is wrong with them, in sentences that begin with the option; empty when nothing is.</summary>
    internal IEnumerable<string> Problems()
    {
        if (Kind is not (Disk or Memory or Gcs))
        {
            yield return $"{nameof(Kind)} is '{Kind}'; it has to be '{Disk}', '{Memory}' or '{Gcs}'.";
        }

        if (MaxBytes < MinBytes)
        {
            yield return $"{nameof(MaxBytes)} is {MaxBytes}; it has to be {MinBytes} at least.";
        }

        if (Kind == Gcs && !BucketName().IsMatch(Bucket))
        {
            yield return $"{nameof(Bucket)} is '{Bucket}'; with {nameof(Kind)} '{Gcs}' it has to be the name of a bucket, without gs:// "
                + "and folders.";
        }

        if (SpillMaxBytes is < 0 or > 0 and < MinBytes)
        {
            yield return $"{nameof(SpillMaxBytes)} is {SpillMaxBytes}; it has to be {MinBytes} at least, or 0 for nothing.";
        }

        if (Endpoint.Length > 0 && !IsEndpoint(Endpoint))
        {
            yield return $"{nameof(Endpoint)} is '{Endpoint}'; it has to be an address such as https://storage-media.p.googleapis.com.";
        }

        if (CacheMaxBytes is not 0 and < CacheMinBytes)
        {
            yield return $"{nameof(CacheMaxBytes)} is {CacheMaxBytes}; it has to be 0, or {CacheMinBytes} at least.";
        }

        if (PublicBaseUrl.Length > 0 && !IsBase(PublicBaseUrl))
        {
            yield return $"{nameof(PublicBaseUrl)} is '{PublicBaseUrl}'; it has to be an address such as https://cdn.example.com/media, "
                + "without a query.";
        }
    }

    private static bool IsBase(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri is { Query: "", Fragment: "", UserInfo: "" }
        && (uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp);

    /// <summary>Tokens go there: over TLS, or not out of the machine.</summary>
    private static bool IsEndpoint(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri is { PathAndQuery: "/", UserInfo: "" }
        && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback));

    // As cloud.google.com/storage/docs/buckets#naming has it, without its finer rules.
    [GeneratedRegex("^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$")]
    private static partial Regex BucketName();
}
