namespace Streaming.Cluster.Recordings;

/// <summary>What the library knows of a broadcast under way. Only with the library's lock.</summary>
internal sealed class GrowingRecording
{
    /// <summary>Bytes of its segments in storage.</summary>
    public long SizeBytes { get; set; }

    /// <summary>Media sequence number before which nobody can play it live any more.</summary>
    public long ReleasedBefore { get; set; }

    /// <summary>That its beginning is let go of was logged.</summary>
    public bool IsCut { get; set; }
}
