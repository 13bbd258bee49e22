namespace Streaming.Pipeline.Rtmp.Chunks;

/// <summary>
/// What a chunk's timestamp means where encoders disagree. RTMP 1.0 §5.3.1.2 and §5.3.1.3 call the field of types 1
/// and 2 a delta, extended or not, and let a type 3 chunk that starts a message repeat the last one. Of two possible
/// readings the plausible one is taken.
/// </summary>
internal static class TimestampReading
{
    /// <summary>An extended field read as absolute must land this near, in ms, to be one.</summary>
    public const int AbsoluteStepMaxMs = 600_000;

    /// <summary>A timestamp of type 0 above this, in ms, is no distance between two messages.</summary>
    public const uint RepeatedTimestampMaxMs = 1_000;

    /// <summary>
    /// The step of a message whose header is of type 1 or 2. An extended field is a delta by the specification, but
    /// encoders after 4 h 39 min write the absolute timestamp there. A true delta that large is a jump of hours, which
    /// is not taken for an absolute timestamp unless it happens to equal the clock. Negative deltas come as unsigned
    /// 32 bit and add up in modular arithmetic.
    /// </summary>
    public static uint Delta(uint previousMs, uint field, bool isExtended)
    {
        var step = field - previousMs;
        var isAbsolute = isExtended && IsNear(step) && !IsNear(field);
        return isAbsolute ? step : field;
    }

    /// <summary>
    /// The step of a type 3 chunk that starts a message right after one of type 0. By §5.3.1.2.4 it is that timestamp
    /// itself, which only makes sense at the very start of a stream; others mean "the same time".
    /// </summary>
    public static uint DeltaAfterAbsolute(uint timestampMs) => timestampMs <= RepeatedTimestampMaxMs ? timestampMs : 0;

    private static bool IsNear(uint stepMs) => Math.Abs((long)(int)stepMs) <= AbsoluteStepMaxMs;
}
