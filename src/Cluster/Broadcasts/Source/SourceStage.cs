using Akka.Streams;
using Akka.Streams.Stage;

namespace Streaming.Cluster.Broadcasts.Source;

/// <summary>A <see cref="BroadcastSource"/> in its graph: of what happens, it passes on the media that comes of it.</summary>
internal sealed class SourceStage(BroadcastSource source) : GraphStage<FlowShape<SourceEvent, SourceMedia>>
{
    private readonly Inlet<SourceEvent> _in = new("Source.in");
    private readonly Outlet<SourceMedia> _out = new("Source.out");

    public override FlowShape<SourceEvent, SourceMedia> Shape => field ??= new(_in, _out);

    protected override GraphStageLogic CreateLogic(Attributes inheritedAttributes) => new Logic(source, Shape);

    private sealed class Logic : InAndOutGraphStageLogic
    {
        private readonly BroadcastSource _source;
        private readonly FlowShape<SourceEvent, SourceMedia> _shape;

        public Logic(BroadcastSource source, FlowShape<SourceEvent, SourceMedia> shape)
            : base(shape)
        {
            (_source, _shape) = (source, shape);
            SetHandler(shape.Inlet, this);
            SetHandler(shape.Outlet, this);
        }

        public override void OnPush()
        {
            _source.Handle(Grab(_shape.Inlet));
            if (_source.Take() is { } media)
            {
                Push(_shape.Outlet, media);
            }
            else
            {
                Pull(_shape.Inlet);
            }
        }

        public override void OnPull() => Pull(_shape.Inlet);

        public override void OnUpstreamFinish()
        {
            _source.Close();
            if (_source.Take() is { } last)
            {
                Emit(_shape.Outlet, last, CompleteStage);
            }
            else
            {
                CompleteStage();
            }
        }
    }
}
