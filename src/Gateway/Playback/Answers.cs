using System.Diagnostics.Metrics;

namespace Streaming.Gateway.Playback;

/// <summary>
/// Answers to viewers by what was asked for and by status, counted where they begin. Counters of their own, a number each, which the
/// meter reads when somebody asks it: an answer costs one atomic addition, and no search for the series that it belongs to.
/// </summary>
/// <param name="delivery">How what is asked for came to be: <c>live</c> or <c>recording</c>.</param>
internal sealed class Answers(string delivery)
{
    private static readonly int[] Statuses = [200, 206, 302, 304, 400, 404, 410, 416, 503];
    private static readonly int Kinds = Enum.GetValues<AnswerKind>().Length;

    // One more for any other status.
    private readonly long[] _counts = new long[Kinds * (Statuses.Length + 1)];

    /// <summary>Executes an answer and counts it. Answers say their status before they wait for anything.</summary>
    public Task ExecuteAsync(AnswerKind kind, IResult answer, HttpContext context)
    {
        var answering = answer.ExecuteAsync(context);
        var status = Statuses.AsSpan().IndexOf(context.Response.StatusCode);
        Interlocked.Increment(ref _counts[((int)kind * (Statuses.Length + 1)) + (status < 0 ? Statuses.Length : status)]);
        return answering;
    }

    /// <summary>All that were counted, but for those that never were.</summary>
    public IEnumerable<Measurement<long>> Read()
    {
        for (var index = 0; index < _counts.Length; index++)
        {
            if (Volatile.Read(ref _counts[index]) is > 0 and var count)
            {
                var (kind, status) = Math.DivRem(index, Statuses.Length + 1);
                yield return new Measurement<long>(
                    count,
                    new("delivery", delivery),
                    new("kind", ((AnswerKind)kind).Tag()),
                    new("status", status == Statuses.Length ? "other" : Statuses[status]));
            }
        }
    }
}
