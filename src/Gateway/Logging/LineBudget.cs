using System.Collections.Concurrent;

namespace Streaming.Gateway.Logging;

/// <summary>
/// Bounds what the log takes, whoever makes it grow: lines of each kind have a budget of their own, which comes back
/// evenly, and what is beyond it is counted. A flood of one kind leaves all others as they are. A token bucket a kind;
/// from any thread.
/// </summary>
internal sealed class LineBudget(TimeProvider time)
{
    /// <summary>Lines of one kind that may come at once, and that come back each minute.</summary>
    public const int LinesPerMinute = 120;

    /// <summary>What a line with an exception costs: it is as much longer.</summary>
    public const int ExceptionCost = 10;

    private readonly ConcurrentDictionary<LineKind, Account> _accounts = new();
    private long _leftOut;

    /// <summary>Lines that were beyond their budget, of all kinds, since the start.</summary>
    public long LeftOut => Interlocked.Read(ref _leftOut);

    /// <summary>Whether a line may be written; if not, it is counted, with its words if it is the first.</summary>
    /// <param name="kind">The line's kind.</param>
    /// <param name="cost">In lines.</param>
    /// <param name="words">What it says, asked for only when it is needed.</param>
    public bool TrySpend(LineKind kind, int cost, Func<string> words)
    {
        var account = _accounts.GetOrAdd(kind, static (_, now) => new Account(now), time.GetTimestamp());
        lock (account)
        {
            var now = time.GetTimestamp();
            var back = time.GetElapsedTime(account.At, now).TotalMinutes * LinesPerMinute;
            (account.Left, account.At) = (Math.Min(account.Left + back, LinesPerMinute), now);
            if (account.Left >= cost)
            {
                account.Left -= cost;
                return true;
            }

            Interlocked.Increment(ref _leftOut);
            if (account.LeftOut++ == 0)
            {
                (account.Since, account.Example) = (time.GetUtcNow(), words());
            }

            return false;
        }
    }

    /// <summary>What was left out since the last time that this was asked.</summary>
    public IReadOnlyList<LinesLeftOut> TakeLeftOut()
    {
        var all = new List<LinesLeftOut>();
        foreach (var (kind, account) in _accounts)
        {
            lock (account)
            {
                if (account.LeftOut > 0)
                {
                    all.Add(new(kind, account.Example, account.LeftOut, account.Since));
                    account.LeftOut = 0;
                }
            }
        }

        return all;
    }

    private sealed class Account(long now)
    {
        public double Left { get; set; } = LinesPerMinute;

        public long At { get; set; } = now;

        public long LeftOut { get; set; }

        public DateTimeOffset Since { get; set; }

        public string Example { get; set; } = "";
    }
}
