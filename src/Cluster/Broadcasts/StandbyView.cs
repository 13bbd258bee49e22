using Streaming.Cluster.Broadcasts.Memory;
using Streaming.Cluster.Broadcasts.Window;
using Streaming.Pipeline.Timelines;

namespace Streaming.Cluster.Broadcasts;

/// <summary>
/// A broadcast as its standby on another node sees it: as it was made, before it is announced. From the first version that the standby has, announcing waits
/// for it, until it is disposed of. From any thread.
/// </summary>
public sealed class StandbyView : ILiveBroadcast, IDisposable
{
    private readonly Broadcast _broadcast;
    private readonly Lock _gate = new();
    private bool _isAwaited;
    private bool _isGone;

    public StandbyView(Broadcast broadcast) => _broadcast = broadcast;

    /// <inheritdoc/>
    public string Id => _broadcast.Id;

    /// <inheritdoc/>
    public long Epoch => _broadcast.Epoch;

    /// <inheritdoc/>
    public DateTimeOffset StartedAt => _broadcast.StartedAt;

    /// <inheritdoc/>
    public LiveMedia Media => _broadcast.Media;

    /// <inheritdoc/>
    public BroadcastSnapshot? Snapshot => Announcement.Newest;

    /// <inheritdoc/>
    public bool IsEnded => _broadcast.IsEnded;

    /// <inheritdoc/>
    public TimelineSignal Changed => Announcement.Made;

    /// <inheritdoc/>
    public Task Over => Announcement.Over;

    private Announcement Announcement => _broadcast.Timeline.Announcement;

    /// <inheritdoc/>
    public TimelineSignal SignalOf(string rendition) => _broadcast.SignalOf(rendition);

    /// <summary>The standby has all up to that version.</summary>
    public void Keep(long version)
    {
        lock (_gate)
        {
            if (!_isGone && !_isAwaited)
            {
                _isAwaited = true;
                Announcement.StandBy();
            }
        }

        Announcement.Keep(version);
    }

    /// <summary>It is gone: nothing waits for it.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_isAwaited && !_isGone)
            {
                Announcement.StandByNoMore();
            }

            _isGone = true;
        }
    }
}
