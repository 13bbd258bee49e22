using Streaming.Cluster.Broadcasts.Rungs;
using Streaming.Pipeline.Transcoding;

namespace Streaming.Cluster.Workers;

/// <summary>A run on its way to a worker, and there.</summary>
internal sealed class PlacedRun
{
    private readonly PlacedRuns _owner;
    private readonly RunId _run;
    private readonly RunWork _work;
    private readonly CancellationToken _stopping;
    private readonly RunNews _news = new();
    private volatile RunUnderWay? _here;
    private volatile Worker? _worker;
    private volatile CancellationTokenSource? _leaving;
    private volatile bool _isFrozen;

    public PlacedRun(PlacedRuns owner, RunId run, RunWork work, CancellationToken stopping)
    {
        (_owner, _run, _work, _stopping) = (owner, run, work, stopping);
        UnderWay = new(() => _here?.Progress() ?? _news.Progress, Task.Run(RunAsync, CancellationToken.None))
        {
            IsLeaving = () => _news.IsLeaving,
            TryLeave = TryLeave,
        };
    }

    public RunUnderWay UnderWay { get; }

    /// <summary>Does not throw: what fails is in the result.</summary>
    private async Task<TranscodeResult> RunAsync()
    {
        try
        {
            return await PlaceAsync().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            return new(TranscodeEnd.Failed, $"The server failed at a run of the transcoder: {e.Message}");
        }
    }

    private async Task<TranscodeResult> PlaceAsync()
    {
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(_stopping);
        _leaving = leaving;
        HashSet<string> asked = [];
        while (!_stopping.IsCancellationRequested && _owner.Choose(_run.Broadcast, asked) is { } worker)
        {
            asked.Add(worker.Node);
            _worker = worker;
            var result = worker.Media is null ? await HereAsync(leaving.Token).ConfigureAwait(false) : await ThereAsync(worker, leaving.Token).ConfigureAwait(false);
            if (result is not null)
            {
                return result;
            }
        }

        return _stopping.IsCancellationRequested
            ? new(TranscodeEnd.Cancelled, null)
            : new(TranscodeEnd.Unavailable, "No worker of the transcoder has room.");
    }

    private async Task<TranscodeResult?> HereAsync(CancellationToken leaving)
    {
        if (!_owner.Here.TryBegin(_run, _work, leaving, out var underWay))
        {
            return null;
        }

        _here = underWay;
        return Judged(await underWay.Ended.ConfigureAwait(false), "");
    }

    private async Task<TranscodeResult?> ThereAsync(Worker worker, CancellationToken leaving)
    {
        using var placed = _owner.Instruments?.Places();
        var result = await _owner.There.WorkAsync(worker.Media!, _run, _work, _news, leaving).ConfigureAwait(false);
        if (result is null)
        {
            _owner.Failed.Add(worker.Node, _run.Broadcast);
            _owner.Instruments?.Refused();
            return null;
        }

        return Judged(result, worker.Node);
    }

    /// <summary>What its ladder hears of how it ended; another of its runs goes elsewhere after a failure.</summary>
    private TranscodeResult Judged(TranscodeResult result, string node)
    {
        if (_isFrozen && !_stopping.IsCancellationRequested)
        {
            result = new(TranscodeEnd.Lost, $"The worker {Name} gave nothing for too long.");
        }

        if (result.End is TranscodeEnd.Completed or TranscodeEnd.Cancelled)
        {
            return result;
        }

        _owner.Failed.Add(node, _run.Broadcast);
        if (result.End == TranscodeEnd.Lost)
        {
            _owner.Lost(_run, Name, result.Message, _isFrozen);
        }

        return result;
    }

    private string Name => _worker is { Media: not null, Name: var name } ? name : "here";

    private bool TryLeave()
    {
        if (_worker is not { } worker || !_owner.HasBetter(worker, _run.Broadcast))
        {
            return false;
        }

        try
        {
            _isFrozen = true;
            _ = _leaving?.CancelAsync();
            return true;
        }
        catch (ObjectDisposedException)
        {
            return true; // The run has ended meanwhile.
        }
    }
}
