namespace Streaming.Gateway.Pictures;

/// <summary>What a picture is of: a segment's first key frame, in a size. The same key, the same picture.</summary>
/// <param name="BroadcastId">The broadcast, under way or recorded.</param>
/// <param name="MediaSequence">Media sequence number of the segment.</param>
/// <param name="LengthMax">Pixels of its longer side, at most.</param>
internal readonly record struct PictureKey(string BroadcastId, long MediaSequence, int LengthMax);

/// <summary>What became of the wish for a picture.</summary>
internal enum PictureOutcome
{
    Made,

    /// <summary>There is no media of it, or none that can be decoded.</summary>
    None,

    /// <summary>Too many are wanted at once, or it took too long: there may be one another time.</summary>
    Busy,
}

/// <summary>The answer to it.</summary>
/// <param name="Outcome">Whether there is one.</param>
/// <param name="Jpeg">The picture as JFIF, empty without one.</param>
internal readonly record struct Picture(PictureOutcome Outcome, ReadOnlyMemory<byte> Jpeg)
{
    public static Picture None { get; } = new(PictureOutcome.None, default);

    public static Picture Busy { get; } = new(PictureOutcome.Busy, default);
}
