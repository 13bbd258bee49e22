using Streaming.Pipeline.Transcoding;

namespace Streaming.Cluster.Broadcasts.Rungs;

/// <summary>What comes back from a broadcast's transcode runs.</summary>
internal abstract class RungEvent
{
    private RungEvent()
    {
    }

    /// <summary>Media of a rung. Its run waits until the timeline has taken it.</summary>
    public sealed class MediaCame(RungMedia media) : RungEvent
    {
        // The run must not go on within the graph.
        private readonly TaskCompletionSource _taken = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public RungMedia Media => media;

        /// <summary>Completes when the timeline has it, or nobody wants it any more.</summary>
        public Task Taken => _taken.Task;

        public void Take() => _taken.TrySetResult();
    }

    /// <summary>A run has ended; nothing more comes of it.</summary>
    public sealed class RunEnded(int epoch, TranscodeResult result) : RungEvent
    {
        public int Epoch => epoch;

        public TranscodeResult Result => result;
    }
}
