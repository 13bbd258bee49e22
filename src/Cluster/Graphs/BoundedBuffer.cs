using Akka.Streams;
using Akka.Streams.Stage;

namespace Streaming.Cluster.Graphs;

/// <summary>
/// Keeps what comes before it from waiting for what comes after it: it always has demand, holds up to <paramref name="max"/> elements of
/// up to <paramref name="maxSize"/> together, or one that is larger, and when it is full, what comes is dropped and told. Akka.Streams' own
/// Buffer does not tell.
/// </summary>
/// <param name="max">Elements that may wait.</param>
/// <param name="maxSize">What they may have together.</param>
/// <param name="size">What one has.</param>
/// <param name="waits">Gets how many wait, whenever that changes.</param>
/// <param name="dropped">Gets what is dropped.</param>
/// <param name="admitted">Gets what is not.</param>
/// <typeparam name="T">Of the elements.</typeparam>
internal sealed class BoundedBuffer<T>(
    int max, long maxSize, Func<T, long> size, Action<int> waits, Action<T> dropped, Action<T> admitted) : GraphStage<FlowShape<T, T>>
{
    private readonly Inlet<T> _in = new("BoundedBuffer.in");
    private readonly Outlet<T> _out = new("BoundedBuffer.out");

    public override FlowShape<T, T> Shape => field ??= new(_in, _out);

    protected override GraphStageLogic CreateLogic(Attributes inheritedAttributes) =>
        new Logic(this, max, maxSize, size, waits, dropped, admitted);

    private sealed class Logic : InAndOutGraphStageLogic
    {
        private readonly BoundedBuffer<T> _stage;
        private readonly int _max;
        private readonly long _maxSize;
        private readonly Func<T, long> _size;
        private readonly Action<int> _waits;
        private readonly Action<T> _dropped;
        private readonly Action<T> _admitted;
        private readonly Queue<T> _waiting = new();
        private long _waitingSize;

        public Logic(
            BoundedBuffer<T> stage,
            int max,
            long maxSize,
            Func<T, long> size,
            Action<int> waits,
            Action<T> dropped,
            Action<T> admitted)
            : base(stage.Shape)
        {
            (_stage, _max, _maxSize, _size, _waits, _dropped, _admitted) = (stage, max, maxSize, size, waits, dropped, admitted);
            SetHandler(stage._in, this);
            SetHandler(stage._out, this);
        }

        public override void PreStart() => Pull(_stage._in);

        public override void OnPush()
        {
            var element = Grab(_stage._in);
            var size = _size(element);
            if (_waiting.Count >= _max || (_waitingSize > 0 && size > 0 && _waitingSize + size > _maxSize))
            {
                _dropped(element);
            }
            else
            {
                _admitted(element);
                _waiting.Enqueue(element);
                _waitingSize += size;
                PassOn();
            }

            Pull(_stage._in);
        }

        public override void OnPull() => PassOn();

        public override void OnUpstreamFinish()
        {
            if (_waiting.Count == 0)
            {
                CompleteStage();
            }
        }

        private void PassOn()
        {
            if (IsAvailable(_stage._out) && _waiting.TryDequeue(out var element))
            {
                _waitingSize -= _size(element);
                Push(_stage._out, element);
                if (_waiting.Count == 0 && IsClosed(_stage._in))
                {
                    CompleteStage();
                }
            }

            _waits(_waiting.Count);
        }
    }
}
