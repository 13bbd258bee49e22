using Akka.Streams;
using Akka.Streams.Stage;
using Streaming.Cluster.Broadcasts.Archive;
using Streaming.Cluster.Broadcasts.Rungs;
using Streaming.Cluster.Broadcasts.Source;

namespace Streaming.Cluster.Broadcasts.Window;

/// <summary>
/// A <see cref="BroadcastTimeline"/> in its graph: takes <see cref="SourceMedia"/> and <see cref="RungEvent"/>, and passes on what is to be stored or
/// deleted. It ends with the source.
/// </summary>
/// <param name="timeline">The timeline.</param>
/// <param name="archive">Where the timeline leaves what is to be archived.</param>
/// <param name="failed">Gets what goes wrong with media of the source.</param>
internal sealed class TimelineStage(BroadcastTimeline timeline, SegmentArchive archive, Action<Exception> failed)
    : GraphStage<FanInShape<SourceMedia, RungEvent, ArchiveEntry>>
{
    public override FanInShape<SourceMedia, RungEvent, ArchiveEntry> Shape => field ??= new("Timeline");

    protected override GraphStageLogic CreateLogic(Attributes inheritedAttributes) => new Logic(timeline, archive, failed, Shape);

    private sealed class Logic : GraphStageLogic
    {
        private readonly BroadcastTimeline _timeline;
        private readonly SegmentArchive _archive;
        private readonly Action<Exception> _failed;
        private readonly FanInShape<SourceMedia, RungEvent, ArchiveEntry> _shape;

        public Logic(
            BroadcastTimeline timeline,
            SegmentArchive archive,
            Action<Exception> failed,
            FanInShape<SourceMedia, RungEvent, ArchiveEntry> shape)
            : base(shape)
        {
            (_timeline, _archive, _failed, _shape) = (timeline, archive, failed, shape);
            SetHandler(shape.In0, onPush: () => Add(shape.In0, timeline.Add), onUpstreamFinish: End);
            SetHandler(shape.In1, onPush: () => Add(shape.In1, timeline.Add), onUpstreamFinish: static () => { });

            // Without an archive the source goes on.
            SetHandler(shape.Out, onPull: static () => { }, onDownstreamFinish: static _ => { });
        }

        public override void PreStart()
        {
            Pull(_shape.In0);
            Pull(_shape.In1);
        }

        private void Add<T>(Inlet<T> inlet, Action<T> add)
        {
            try
            {
                add(Grab(inlet));
            }
            catch (Exception e)
            {
                _failed(e);
            }

            PassOn();
            Pull(inlet);
        }

        private void End()
        {
            try
            {
                _timeline.End();
            }
            catch (Exception e)
            {
                _failed(e);
            }

            PassOn();
            if (IsClosed(_shape.Out))
            {
                CompleteStage();
            }
            else
            {
                EmitMultiple(_shape.Out, [], CompleteStage); // After what has been passed on.
            }
        }

        private void PassOn()
        {
            var entries = _archive.TakeEntries();
            if (!entries.IsEmpty && !IsClosed(_shape.Out))
            {
                EmitMultiple(_shape.Out, entries);
            }
        }
    }
}
