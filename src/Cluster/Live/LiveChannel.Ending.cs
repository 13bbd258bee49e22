namespace Streaming.Cluster.Live;

/// <content>The passing of time: publishers that do not come back, broadcasts that end and are let go.</content>
public sealed partial class LiveChannel
{
    private void Tick()
    {
        if (_broadcast is not null)
        {
            OpenOrFail();
        }

        if (_broadcast is not null)
        {
            _broadcast.Tick();
            if (_source is not null)
            {
                _counts?.Tell();
                _bitRate.Observe(_source.Bytes);
                (_bytesATickBefore, _bytesAtTick) = (_bytesAtTick, _source.Bytes);
                _bitRateLimit.Pass();
                ForgetRefusal();
            }
            else if (!_isEnding && _time.GetElapsedTime(_disconnectedAt) >= _options.ReconnectWindow)
            {
                BeginEnding();
            }

            EndIfDrained();
        }

        Retire();
        PublishStatus();
    }

    /// <summary>The broadcast is over; what is still with the transcoder may come for a moment.</summary>
    private void BeginEnding()
    {
        _isEnding = true;
        _endingAt = _time.GetTimestamp();
    }

    private void EndIfDrained()
    {
        if (_isEnding && (_broadcast!.IsDrained || _time.GetElapsedTime(_endingAt) >= DrainTimeout))
        {
            EndBroadcast();
        }
    }

    private void EndBroadcast()
    {
        _isEnding = false;
        var broadcast = _broadcast!;
        _broadcast = null;
        _ended.Add(new(broadcast, _time.GetTimestamp()));
        broadcast.End();
        LogEnded(Slug, broadcast.Id);
        PublishStatus();
    }

    /// <summary>Lets go of broadcasts whose time is over.</summary>
    private void Retire()
    {
        while (_ended is [var oldest, ..] && _time.GetElapsedTime(oldest.EndedAt) >= _options.Retention)
        {
            _ended.RemoveAt(0);
            _readable = [.. _readable.Where(broadcast => broadcast != oldest.Broadcast)];
            _ = LetGoAsync(oldest.Broadcast);
        }

        if (_broadcast is null && _ended.Count == 0)
        {
            _ticker?.Dispose();
            _ticker = null;
        }
    }

    private void Stop()
    {
        _isStopped = true;
        Revoke("The server is going down.");
        if (_broadcast is not null)
        {
            EndBroadcast();
        }
    }
}
