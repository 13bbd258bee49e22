using System.Diagnostics.Metrics;

namespace Streaming.Gateway.Playback;

/// <summary>Requests that wait for the live edge, by what they ask for: blocking reloads, and parts and segments that were hinted.</summary>
internal sealed class Waits
{
    private readonly Count[] _counts = [.. Enum.GetValues<AnswerKind>().Select(static _ => new Count())];

    /// <summary>A request may have to wait: it does until what this returns is disposed of.</summary>
    /// <param name="kind">What is waited for.</param>
    /// <param name="isThere">It does not have to.</param>
    public Wait Begin(AnswerKind kind, bool isThere)
    {
        if (isThere)
        {
            return default;
        }

        var count = _counts[(int)kind];
        Interlocked.Increment(ref count.All);
        Interlocked.Increment(ref count.Now);
        return new Wait(count);
    }

    /// <summary>Requests that have had to wait.</summary>
    public IEnumerable<Measurement<long>> ReadAll() => Read(static count => Volatile.Read(ref count.All));

    /// <summary>Requests that wait now.</summary>
    public IEnumerable<Measurement<long>> ReadNow() => Read(static count => Volatile.Read(ref count.Now));

    private IEnumerable<Measurement<long>> Read(Func<Count, long> number)
    {
        for (var kind = 0; kind < _counts.Length; kind++)
        {
            if (_counts[kind] is { All: > 0 } count)
            {
                yield return new Measurement<long>(number(count), new KeyValuePair<string, object?>("kind", ((AnswerKind)kind).Tag()));
            }
        }
    }

    /// <summary>One request's.</summary>
    internal readonly struct Wait(Count? count) : IDisposable
    {
        public void Dispose()
        {
            if (count is not null)
            {
                Interlocked.Decrement(ref count.Now);
            }
        }
    }

    /// <summary>Of one kind.</summary>
    internal sealed class Count
    {
        public long All;
        public long Now;
    }
}
