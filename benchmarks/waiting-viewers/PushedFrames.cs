using System.Buffers.Binary;
using Streaming.RtmpPusher;

namespace Streaming.WaitingViewers;

/// <summary>The pictures that were pushed, in decode order, each with the moment its last byte had been sent.</summary>
internal sealed class PushedFrames
{
    // Less than half the distance of two pictures at 60 a second.
    private const double ToleranceMs = 8;

    private readonly Lock _sync = new();
    private readonly List<Frame> _frames = [];

    /// <summary>Takes note of a tag.</summary>
    public void Add(MediaTag tag, long sentAt)
    {
        if (tag.Type != MediaTag.Video)
        {
            return;
        }

        var offset = BinaryPrimitives.ReadInt32BigEndian(tag.Body.AsSpan(1)) << 8 >> 8;
        lock (_sync)
        {
            _frames.Add(new(tag.TimestampMs + offset, sentAt));
        }
    }

    /// <summary>The picture that is shown at a time, in ms from the first picture's; null when there is none.</summary>
    public Frame? ShownAt(double presentationMs)
    {
        lock (_sync)
        {
            var first = _frames[0].PresentationMs;
            for (var i = _frames.Count - 1; i >= 0; i--)
            {
                if (Math.Abs(_frames[i].PresentationMs - first - presentationMs) < ToleranceMs)
                {
                    return _frames[i];
                }
            }

            return null;
        }
    }

    /// <summary>A picture.</summary>
    /// <param name="PresentationMs">When it is shown.</param>
    /// <param name="SentAt">By the Stopwatch.</param>
    internal readonly record struct Frame(long PresentationMs, long SentAt);
}
