using Akka.Streams;
using Akka.Streams.Stage;

namespace Streaming.Cluster.Graphs;

/// <summary>
/// Keeps what comes before it from waiting for what comes after it: it always has demand, holds up to <paramref name="max"/> elements of
/// up to <paramref name="maxSize"/> together, or one that is larger, and when it is full, what comes is dropped and told. So it is when all that
/// share the <paramref name="budget"/> have used it up. Akka.Streams' own Buffer does not tell.
/// </summary>
/// <param name="max">Elements that may wait.</param>
/// <param name="maxSize">What they may have together.</param>
/// <param name="size">What one has.</param>
/// <param name="waits">Gets how many wait, whenever that changes.</param>
/// <param name="dropped">Gets what is dropped.</param>
/// <param name="admitted">Gets what is not.</param>
/// <param name="budget">What it and others may hold together; null for no such bound.</param>
/// <typeparam name="T">Of the elements.</typeparam>
internal sealed class BoundedBuffer<T>(
    int max,
    long maxSize,
    Func<T, long> size,
    Action<int> waits,
    Action<T> dropped,
    Action<T> admitted,
    ByteBudget? budget = null) : GraphStage<FlowShape<T, T>>
{
    private readonly Inlet<T> _in = new("BoundedBuffer.in");
    private readonly Outlet<T> _out = new("BoundedBuffer.out");

    public override FlowShape<T, T> Shape => field ??= new(_in, _out);

    protected override GraphStageLogic CreateLogic(Attributes inheritedAttributes) =>
        new Logic(this, max, maxSize, size, waits, dropped, admitted, budget);

    private sealed class Logic : InAndOutGraphStageLogic
    {
        private readonly BoundedBuffer<T> _stage;
        private readonly int _max;
        private readonly long _maxSize;
        private readonly Func<T, long> _size;
        private readonly Action<int> _waits;
        private readonly Action<T> _dropped;
        private readonly Action<T> _admitted;
        private readonly ByteBudget? _budget;
        private readonly Queue<T> _waiting = new();
        private long _waitingSize;

        public Logic(
            BoundedBuffer<T> stage,
            int max,
            long maxSize,
            Func<T, long> size,
            Action<int> waits,
            Action<T> dropped,
            Action<T> admitted,
            ByteBudget? budget)
            : base(stage.Shape)
        {
            (_stage, _max, _maxSize, _size, _waits) = (stage, max, maxSize, size, waits);
            (_dropped, _admitted, _budget) = (dropped, admitted, budget);
            SetHandler(stage._in, this);
            SetHandler(stage._out, this);
        }

        public override void PreStart() => Pull(_stage._in);

        public override void PostStop() => _budget?.Give(_waitingSize); // What waits still, in a graph that failed.

        public override void OnPush()
        {
            var element = Grab(_stage._in);
            var size = _size(element);
            if (_waiting.Count >= _max
                || (_waitingSize > 0 && size > 0 && _waitingSize + size > _maxSize)
                || _budget?.TryTake(size) == false)
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
                var size = _size(element);
                _waitingSize -= size;
                _budget?.Give(size);
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
