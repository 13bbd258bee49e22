namespace Streaming.Gateway.Access;

/// <summary>
/// What addresses guessed wrong lately: each may guess so many times at once, then once an interval (a leaky bucket, as in the
/// generic cell rate algorithm of ITU-T I.371). The same wrong guess again is none: an encoder or a script with an old secret
/// tries for ever, and keeps nobody out who has the right one behind the same address.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="burst">Guesses of an address at once.</param>
/// <param name="interval">Time that each further one takes.</param>
/// <param name="waitMax">The longest time that an address can have to wait.</param>
internal sealed class WrongGuesses(TimeProvider time, int burst, TimeSpan interval, TimeSpan waitMax)
{
    /// <summary>Addresses that are remembered. Past it, the one that guessed longest ago is forgotten.</summary>
    public const int AddressesMax = 10_000;

    // Different guesses of an address that are recognised when they come again.
    private const int RecentMax = 8;

    private readonly long _start = time.GetTimestamp();
    private readonly Lock _gate = new();
    private readonly Dictionary<NetworkPrefix, LinkedListNode<Guesser>> _guessers = [];
    private readonly LinkedList<Guesser> _byAge = [];

    /// <summary>How long the address has to wait until it may guess again; zero when it may now.</summary>
    public TimeSpan WaitOf(NetworkPrefix address)
    {
        lock (_gate)
        {
            return _guessers.TryGetValue(address, out var node) ? Wait(node.Value) : TimeSpan.Zero;
        }
    }

    /// <summary>Whether the address guessed this a moment ago: it is wrong still.</summary>
    public bool IsKnown(NetworkPrefix address, int guess)
    {
        lock (_gate)
        {
            return _guessers.TryGetValue(address, out var node) && node.Value.Recent.Contains(guess);
        }
    }

    /// <summary>Notes a wrong guess, by its hash, and tells how long the address has to wait now.</summary>
    public TimeSpan Add(NetworkPrefix address, int guess)
    {
        lock (_gate)
        {
            var guesser = Find(address);
            if (!guesser.Recent.Contains(guess))
            {
                if (guesser.Recent.Count == RecentMax)
                {
                    guesser.Recent.Dequeue();
                }

                guesser.Recent.Enqueue(guess);
                var paidAt = (guesser.PaidAt > Now ? guesser.PaidAt : Now) + interval;
                var latest = Now + Credit + waitMax;
                guesser.PaidAt = paidAt < latest ? paidAt : latest;
            }

            return Wait(guesser);
        }
    }

    private TimeSpan Now => time.GetElapsedTime(_start);

    /// <summary>What may be owed without a wait.</summary>
    private TimeSpan Credit => (burst - 1) * interval;

    private TimeSpan Wait(Guesser guesser)
    {
        var wait = guesser.PaidAt - Now - Credit;
        return wait > TimeSpan.Zero ? wait : TimeSpan.Zero;
    }

    private Guesser Find(NetworkPrefix address)
    {
        if (_guessers.TryGetValue(address, out var node))
        {
            _byAge.Remove(node);
        }
        else
        {
            if (_guessers.Count >= AddressesMax)
            {
                _guessers.Remove(_byAge.First!.Value.Address);
                _byAge.RemoveFirst();
            }

            node = new(new Guesser(address));
            _guessers.Add(address, node);
        }

        _byAge.AddLast(node);
        return node.Value;
    }

    private sealed class Guesser(NetworkPrefix address)
    {
        public NetworkPrefix Address => address;

        /// <summary>When all of its guesses will have been paid for, an interval each.</summary>
        public TimeSpan PaidAt { get; set; }

        public Queue<int> Recent { get; } = new(RecentMax);
    }
}
