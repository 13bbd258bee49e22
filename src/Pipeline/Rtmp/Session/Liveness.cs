namespace Streaming.Pipeline.Rtmp.Session;

/// <summary>How far a connection has come, which decides on its timeouts.</summary>
internal enum ConnectionPhase
{
    Handshake,
    Unpublished,
    Publishing,
}

/// <summary>
/// Watches a connection with one coarse timer: handshake, publish and idle timeouts, and pings. The read loop only
/// counts messages; no timer is set again for any of them. A message must be completed within the idle timeout, so
/// bytes that trickle do not count as life.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="limits">The timeouts.</param>
/// <param name="ping">Sends a Ping Request.</param>
/// <param name="expire">Ends the connection.</param>
internal sealed class Liveness(TimeProvider time, RtmpLimits limits, Action ping, Action<CloseReason> expire)
    : IAsyncDisposable
{
    /// <summary>How often it looks, and so how exact the timeouts are.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private long _messages;
    private long _messagesSeen;
    private long _phaseStarted;
    private long _lastLife;
    private long _lastPing;
    private int _phase;
    private int _ourTurn;
    private ITimer? _timer;

    /// <summary>Starts the clock of the handshake. Called once.</summary>
    public void Start()
    {
        _phaseStarted = _lastLife = _lastPing = time.GetTimestamp();
        _timer = time.CreateTimer(static state => ((Liveness)state!).Look(), this, Period, Period);
    }

    public void Enter(ConnectionPhase phase)
    {
        Volatile.Write(ref _phaseStarted, time.GetTimestamp());
        Volatile.Write(ref _phase, (int)phase);
    }

    /// <summary>
    /// The peer has completed a message. From here to <see cref="EndOurTurn"/> it is not to blame for silence.
    /// </summary>
    public void BeginOurTurn() => Volatile.Write(ref _ourTurn, 1);

    public void EndOurTurn()
    {
        Volatile.Write(ref _messages, _messages + 1);
        Volatile.Write(ref _ourTurn, 0);
    }

    public ValueTask DisposeAsync() => _timer?.DisposeAsync() ?? ValueTask.CompletedTask;

    private void Look()
    {
        var now = time.GetTimestamp();
        var messages = Volatile.Read(ref _messages);
        if (messages != _messagesSeen || Volatile.Read(ref _ourTurn) != 0)
        {
            _messagesSeen = messages;
            _lastLife = _lastPing = now;
        }

        if (Overdue(now) is var reason and not CloseReason.None)
        {
            expire(reason);
        }
        else if ((ConnectionPhase)_phase is not ConnectionPhase.Handshake
            && time.GetElapsedTime(_lastPing, now) >= limits.PingAfter)
        {
            _lastPing = now;
            ping();
        }
    }

    private CloseReason Overdue(long now)
    {
        var inPhase = time.GetElapsedTime(Volatile.Read(ref _phaseStarted), now);
        return (ConnectionPhase)Volatile.Read(ref _phase) switch
        {
            ConnectionPhase.Handshake when inPhase >= limits.HandshakeTimeout => CloseReason.HandshakeTimeout,
            ConnectionPhase.Unpublished when inPhase >= limits.PublishTimeout && Volatile.Read(ref _ourTurn) == 0 =>
                CloseReason.PublishTimeout,
            not ConnectionPhase.Handshake when time.GetElapsedTime(_lastLife, now) >= limits.IdleTimeout =>
                CloseReason.IdleTimeout,
            _ => CloseReason.None,
        };
    }
}
