namespace Streaming.Pipeline.Storage.Gcs;

/// <summary>What a request to the service can fail of.</summary>
internal enum GcsFaultKind
{
    /// <summary>The service has too much to do, or fails itself: 408, 429, 5xx.</summary>
    Busy,

    /// <summary>No connection, or one that broke.</summary>
    Broken,

    /// <summary>No answer in time.</summary>
    Silent,

    /// <summary>Bytes are not those that were sent.</summary>
    Damaged,

    /// <summary>No credentials, or some that are not taken.</summary>
    Unknown,

    /// <summary>The account lacks a permission.</summary>
    Forbidden,

    /// <summary>There is no such bucket.</summary>
    NoBucket,

    /// <summary>Any other refusal.</summary>
    Refused,

    /// <summary>What was read has another checksum than what was stored.</summary>
    Corrupt,
}

internal static class GcsFaultKinds
{
    /// <summary>What metrics call it.</summary>
    public static string NameOf(GcsFaultKind kind) => kind switch
    {
        GcsFaultKind.Busy => "busy",
        GcsFaultKind.Broken => "broken",
        GcsFaultKind.Silent => "silent",
        GcsFaultKind.Damaged => "damaged",
        _ => "other",
    };
}
