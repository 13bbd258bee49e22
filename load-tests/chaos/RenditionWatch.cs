using System.Diagnostics;
using Streaming.Playlists;

namespace Streaming.Chaos;

/// <summary>
/// A viewer of one rendition that checks all that it is told, and knows when the edge moved on the last time.
/// </summary>
internal sealed class RenditionWatch(string name, PlaylistChecker checker)
{
    private readonly List<(long At, (long, int) Next)> _moves = [];

    public string Name => name;

    /// <summary>Made by the transcoder: neither the source nor the sound.</summary>
    public bool IsRung => name is not ("source" or "audio");

    public PlaylistChecker Checker => checker;

    /// <summary>Segments that were announced, complete; those that are gaps with them.</summary>
    public int Segments => checker.Seen.Count;

    public int Gaps => checker.Seen.Count(static segment => segment.IsGap);

    /// <summary>When the edge moved on since then for the first time; null where it has not. <see cref="Stopwatch.GetTimestamp"/>.</summary>
    public long? FirstMoveAfter(long moment)
    {
        lock (_moves)
        {
            return _moves.Find(move => move.At > moment) is { At: > 0 } found ? found.At : null;
        }
    }

    /// <summary>The longest that the edge stood still since then.</summary>
    public TimeSpan LongestStandstillAfter(long moment)
    {
        lock (_moves)
        {
            var moves = _moves.Where(move => move.At > moment).Select(static move => move.At).ToList();
            var before = _moves.LastOrDefault(move => move.At <= moment).At;
            return ((long[])[before == 0 ? moment : before, .. moves, Stopwatch.GetTimestamp()])
                .Zip([.. moves, Stopwatch.GetTimestamp()], Stopwatch.GetElapsedTime).DefaultIfEmpty().Max();
        }
    }

    /// <summary>It goes on: so many segments with media were announced since then.</summary>
    public bool GoesOnAfter(long moment, int segments)
    {
        (long, int) at;
        lock (_moves)
        {
            at = _moves.Find(move => move.At > moment).Next;
        }

        return at.Item1 > 0 && checker.Current is { } now && now.Next.MediaSequence >= at.Item1 + segments
            && now.Segments.TakeLast(segments).All(static segment => !segment.IsGap);
    }

    /// <summary>Reloads once.</summary>
    /// <exception cref="PlaylistFaultException">A promise was not kept.</exception>
    public async Task ReloadAsync(BroadcastChecker broadcast, CancellationToken cancellationToken)
    {
        var before = checker.Current?.Next;
        try
        {
            await broadcast.ReloadAsync(checker, cancellationToken);
        }
        finally
        {
            if (checker.Current?.Next is { } now && now != before)
            {
                lock (_moves)
                {
                    _moves.Add((Stopwatch.GetTimestamp(), now));
                }
            }
        }
    }
}
