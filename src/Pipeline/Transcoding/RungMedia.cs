using System.Collections.Immutable;
using Streaming.Pipeline.Media;
using Streaming.Pipeline.Timelines;

namespace Streaming.Pipeline.Transcoding;

/// <summary>What a transcode session gives: media of one rung of its run, all that a picture completed.</summary>
/// <param name="Epoch">The run's.</param>
/// <param name="Rung">The quality.</param>
/// <param name="Configuration">The configuration that the media is for.</param>
/// <param name="Media">
/// Parts and ends of segments, in order. A part that is short because its segment ends comes with that end: nobody must see it in a
/// segment that seems to go on.
/// </param>
public sealed record RungMedia(
    int Epoch, LadderRung Rung, VideoConfiguration Configuration, ImmutableArray<PackagedMedia> Media);
