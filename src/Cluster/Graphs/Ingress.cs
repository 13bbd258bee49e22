using Akka;
using Akka.Streams;
using Akka.Streams.Dsl;
using Akka.Streams.Stage;

namespace Streaming.Cluster.Graphs;

/// <summary>
/// The way into a graph, from any thread, in order. It holds what there is no demand for; how much that can be is for its users to bound, each of
/// which waits for what it sent before.
/// </summary>
/// <param name="isLast">Whether an item says that no more come: it is not passed on, and the source completes.</param>
/// <param name="lost">
/// Gets, more than once maybe, what the graph has not asked for when it ends, and what comes later: its owner may be waiting.
/// </param>
/// <typeparam name="T">What goes in.</typeparam>
internal sealed class Ingress<T>(Func<T, bool> isLast, Action<T> lost)
    where T : class
{
    private readonly Lock _starting = new();
    private Queue<T>? _early = new();
    private volatile Action<T>? _send;
    private volatile bool _isClosed;

    /// <summary>Sends it in. On the inline dispatcher, and with demand, the graph has dealt with it when this returns.</summary>
    public void Send(T item)
    {
        if (_send is null && IsEarly(item))
        {
            return;
        }

        _send!(item);
        if (_isClosed)
        {
            lost(item);
        }
    }

    /// <summary>The other end, for one graph.</summary>
    public Source<T, NotUsed> ToSource() => Source.FromGraph(new Stage(this));

    private bool IsEarly(T item)
    {
        lock (_starting)
        {
            if (_send is not null)
            {
                return false;
            }

            _early!.Enqueue(item);
            return true;
        }
    }

    private void Start(Action<T> send)
    {
        lock (_starting)
        {
            foreach (var item in _early!)
            {
                send(item);
            }

            (_early, _send) = (null, send);
        }
    }

    private sealed class Stage(Ingress<T> ingress) : GraphStage<SourceShape<T>>
    {
        private readonly Outlet<T> _out = new("Ingress.out");

        public override SourceShape<T> Shape => field ??= new(_out);

        protected override GraphStageLogic CreateLogic(Attributes inheritedAttributes) => new Logic(ingress, Shape);

        private sealed class Logic : OutGraphStageLogic
        {
            private readonly Ingress<T> _ingress;
            private readonly Outlet<T> _out;
            private readonly Queue<T> _waiting = new();

            public Logic(Ingress<T> ingress, SourceShape<T> shape)
                : base(shape)
            {
                (_ingress, _out) = (ingress, shape.Outlet);
                SetHandler(_out, this);
            }

            public override void PreStart() => _ingress.Start(GetAsyncCallback<T>(Arrived));

            public override void OnPull()
            {
                if (_waiting.TryDequeue(out var item))
                {
                    Pass(item);
                }
            }

            public override void PostStop()
            {
                _ingress._isClosed = true;
                while (_waiting.TryDequeue(out var item))
                {
                    _ingress.Lose(item);
                }
            }

            private void Arrived(T item)
            {
                if (_waiting.Count == 0 && IsAvailable(_out))
                {
                    Pass(item);
                }
                else
                {
                    _waiting.Enqueue(item);
                }
            }

            private void Pass(T item)
            {
                if (_ingress.IsLast(item))
                {
                    CompleteStage();
                }
                else
                {
                    Push(_out, item);
                }
            }
        }
    }

    private bool IsLast(T item) => isLast(item);

    private void Lose(T item) => lost(item);
}
