using Streaming.Pipeline.Media;
using Streaming.Pipeline.Timelines;

namespace Streaming.Cluster.Recordings;

/// <summary>A segment whose file is in storage, with everything that is needed to list and play it: a journal entry.</summary>
/// <param name="Rendition">Name of its rendition.</param>
/// <param name="Segment">The segment, without its parts.</param>
/// <param name="Configuration">What its <see cref="Segment.Initialization"/> stands for.</param>
/// <param name="Period">The period that it is in.</param>
/// <param name="FrameRate">Pictures per second as measured by then, 0 for audio or when not known.</param>
public sealed record StoredSegment(
    string Rendition, Segment Segment, TrackConfiguration Configuration, Period Period, double FrameRate);
