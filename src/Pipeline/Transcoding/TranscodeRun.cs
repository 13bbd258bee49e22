using System.Collections.Immutable;
using Streaming.Pipeline.Media;

namespace Streaming.Pipeline.Transcoding;

/// <summary>
/// What a transcode session is asked to do: a source's ladder, from its next segment on, until the source or the ladder
/// changes.
/// </summary>
/// <param name="Epoch">Grows with every run of a broadcast; media of an older run is refused.</param>
/// <param name="Source">The video to decode.</param>
/// <param name="Rungs">The qualities to make, the best first; at least one.</param>
/// <param name="KeyFrameGrid">
/// Null: key frames where the source has them. Otherwise at the first picture at or after each multiple of this.
/// </param>
/// <param name="Beginning">Presentation time of its first picture, in 90 kHz ticks.</param>
public sealed record TranscodeRun(
    int Epoch, VideoConfiguration Source, IReadOnlyList<LadderRung> Rungs, TimeSpan? KeyFrameGrid, long Beginning = 0)
{
    /// <summary>Rungs that go on within a segment, by their names.</summary>
    public IReadOnlyDictionary<string, RungSeam> Seams { get; init; } = ImmutableDictionary<string, RungSeam>.Empty;

    /// <summary>A picture that is shown then, in 90 kHz ticks, belongs to another run: this one has become too long.</summary>
    public bool IsOverAt(long presentationTime) => Clock.IsOver(presentationTime);

    /// <summary>A run that makes the same, from another picture on.</summary>
    /// <param name="epoch">Its epoch.</param>
    /// <param name="beginning">Presentation time of its first picture, in 90 kHz ticks.</param>
    /// <param name="seams">Rungs that go on within a segment.</param>
    public TranscodeRun Next(int epoch, long beginning, IReadOnlyDictionary<string, RungSeam> seams) =>
        new(epoch, Source, Rungs, KeyFrameGrid, beginning) { Seams = seams };

    /// <summary>How its pictures are timed on their way through the transcoder.</summary>
    internal RunClock Clock { get; } = new(Beginning);
}
