namespace Streaming.Gateway.Access;

/// <summary>Counts the open connections of each address, and admits so many. It remembers who has any, and nobody else.</summary>
internal sealed partial class ConnectionsByAddress(
    string protocol, int max, TimeProvider time, AccessInstruments instruments, ILogger logger)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<NetworkPrefix, int> _open = [];
    private readonly Tally _refused = new(time);

    /// <summary>A connection comes. False when its address has its share already: then it is to be closed, not left.</summary>
    public bool TryEnter(NetworkPrefix address)
    {
        lock (_gate)
        {
            var open = _open.GetValueOrDefault(address);
            if (open < max)
            {
                _open[address] = open + 1;
                return true;
            }
        }

        instruments.ConnectionRefused(protocol);
        if (_refused.IsDue(out var count))
        {
            LogRefused(protocol, count, max, address);
        }

        return false;
    }

    /// <summary>A connection that was admitted ends.</summary>
    public void Leave(NetworkPrefix address)
    {
        lock (_gate)
        {
            if (--_open[address] == 0)
            {
                _open.Remove(address);
            }
        }
    }

    [LoggerMessage(122, LogLevel.Warning,
        "{Protocol}: {Count} connections were refused since this was last told, the newest of {Address}, which has {Max} already")]
    private partial void LogRefused(string protocol, long count, int max, NetworkPrefix address);
}
