using Streaming.Pipeline.Flv;
using Streaming.Pipeline.Rtmp;
using Streaming.Pipeline.Transcoding;

namespace Streaming.Cluster.Live;

/// <summary>Kinds of <see cref="ChannelMail"/>.</summary>
internal enum ChannelMailKind : byte
{
    Began,
    Tag,
    Ended,
    Rung,
    RunEnded,
    Revoke,
    Tick,
    Stop,
}

/// <summary>What arrives in a live channel's mailbox. A value: a tag costs no allocation.</summary>
internal readonly struct ChannelMail
{
    public required ChannelMailKind Kind { get; init; }

    /// <summary>The publication that it comes from (Began, Tag, Ended).</summary>
    public LivePublication? Publication { get; init; }

    /// <summary>The tag, owned.</summary>
    public FlvTag Tag { get; init; }

    /// <summary>How the publication ended.</summary>
    public PublicationEnd End { get; init; }

    /// <summary>The broadcast that a run belongs to (Rung, RunEnded).</summary>
    public Broadcast? Broadcast { get; init; }

    /// <summary>Media of a rung, the result of a run, the reason of a Revoke, or who waits until a large tag has been read.</summary>
    public object? Payload { get; init; }

    /// <summary>The run that ended.</summary>
    public int Epoch { get; init; }

    /// <summary>It has been dealt with, or never will be.</summary>
    public void Done() => (Payload as TaskCompletionSource)?.TrySetResult();

    public RungMedia Rung => (RungMedia)Payload!;

    public TranscodeResult Result => (TranscodeResult)Payload!;
}
