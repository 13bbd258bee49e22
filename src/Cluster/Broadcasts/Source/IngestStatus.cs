namespace Streaming.Cluster.Broadcasts.Source;

/// <summary>What comes in from a broadcast's publisher, as measured.</summary>
public sealed record IngestStatus
{
    /// <summary>The publisher is connected; otherwise the broadcast waits for it to come back.</summary>
    public required bool IsConnected { get; init; }

    /// <summary>When the publisher connected.</summary>
    public required DateTimeOffset ConnectedAt { get; init; }

    /// <summary>Incoming bit/s over the last seconds.</summary>
    public required long BitRate { get; init; }

    /// <summary>Pictures per second, 0 when not known.</summary>
    public required double FrameRate { get; init; }

    public int? Width { get; init; }

    public int? Height { get; init; }

    public string? VideoCodec { get; init; }

    public string? AudioCodec { get; init; }

    /// <summary>Newest distance between IDR pictures, null when not known.</summary>
    public TimeSpan? KeyFrameInterval { get; init; }

    /// <summary>What had better be changed in the encoder, in sentences for the broadcaster.</summary>
    public IReadOnlyList<string> Advice { get; init; } = [];

    /// <summary>What the encoder calls itself, when it says.</summary>
    public string? Encoder { get; init; }
}
