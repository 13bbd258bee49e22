using Streaming.Pipeline.Cmaf;
using Streaming.Pipeline.Media;

namespace Streaming.Pipeline.Transcoding;

/// <summary>What a transcode session gives: media of one rung of its run.</summary>
/// <param name="Epoch">The run's.</param>
/// <param name="Rung">The quality.</param>
/// <param name="Configuration">The configuration that the media is for.</param>
/// <param name="Media">A part, or the end of a segment.</param>
public sealed record RungMedia(int Epoch, LadderRung Rung, VideoConfiguration Configuration, PackagedMedia Media);
