using Streaming.Pipeline.Media;

namespace Streaming.Pipeline.Timelines;

/// <summary>How a frame stands to the segment before it.</summary>
public enum Cut
{
    /// <summary>It belongs to the segment.</summary>
    None,

    /// <summary>It begins a new one, at its own time.</summary>
    AtSync,

    /// <summary>It begins a new one, which began on the grid: see <see cref="SegmentCutter.GridTime"/>.</summary>
    OnGrid,

    /// <summary>It begins a new one: the one before it would be longer than the limit with the pause before it.</summary>
    AfterPause,
}

/// <summary>
/// Decides where segments begin: at IDR pictures, and where these are too far apart, on a grid of the target duration.
/// Times are in 90 kHz ticks.
/// </summary>
public sealed class SegmentCutter(SegmentationOptions options)
{
    // Segments that end early for want of a later IDR picture have at least this share of the target.
    private const int ShortestDivisor = 4;

    private readonly long _target = Ticks(options.Target);
    private readonly long _limit = Ticks(options.Limit);
    private readonly long _tolerance = Ticks(options.Tolerance);

    // The newest distances between IDR pictures.
    private readonly long[] _syncIntervals = new long[8];

    private long _start;
    private long? _lastSync;
    private int _syncs;
    private long _newest;

    /// <summary>
    /// IDR pictures come further apart than the limit allows. Then a transcoder has to make its own on the grid.
    /// </summary>
    public bool IsOnGrid { get; private set; }

    /// <summary>
    /// The time that the newest <see cref="Cut.OnGrid"/> stands for: on the grid, or that of the frame itself where the segment before
    /// already has some from after the grid's line.
    /// </summary>
    public long GridTime { get; private set; }

    /// <summary>Newest distance between IDR pictures, null before the second.</summary>
    public long? SyncInterval { get; private set; }

    /// <summary>Begins anew: the next segment starts at <paramref name="time"/>, whatever came before.</summary>
    public void Restart(long time)
    {
        _start = time;
        _lastSync = time;
        _newest = time;
        GridTime = time;
    }

    /// <summary>Whether the video frame at <paramref name="time"/> begins a segment.</summary>
    public Cut Next(long time, bool isSync, bool isAfterPause = false)
    {
        var before = _newest;
        _newest = time;
        if (isSync)
        {
            SyncInterval = time - _lastSync;
            _syncIntervals[_syncs++ % _syncIntervals.Length] = SyncInterval ?? 0;
            _lastSync = time;
            IsOnGrid &= SyncInterval >= _limit;
        }

        if (isAfterPause && time - _start >= _limit)
        {
            return Cut.AfterPause;
        }

        if (IsOnGrid)
        {
            return CutOnGrid(time, before);
        }

        if (isSync && (time - _start >= _target - _tolerance || IsLastWithinLimit(time)))
        {
            _start = time;
            return Cut.AtSync;
        }

        if (time - _start < _limit)
        {
            return Cut.None;
        }

        GoOnGrid();
        return CutOnGrid(time, before);
    }

    /// <summary>Whether the audio frame at <paramref name="time"/> begins a segment in a broadcast without video: on the grid.</summary>
    public bool NextAudio(long time) => CutOnGrid(time, before: long.MinValue) == Cut.OnGrid;

    /// <summary>
    /// Cuts before the frame at <paramref name="time"/>, where there has been none since <paramref name="lastEnd"/> and the
    /// segment would become longer than the limit: on the grid if that is soon enough. Null where it would not.
    /// </summary>
    public long? NextOverdue(long lastEnd, long time)
    {
        var grid = (Math.Max(lastEnd, _start + _limit - _target) / _target + 1) * _target;
        var cut = Math.Min(grid, Math.Max(lastEnd, _start + _limit));
        if (time - _start < _limit || cut >= time)
        {
            return null;
        }

        GridTime = cut / _target * _target;
        _start = cut;
        return cut;
    }

    /// <summary>A segment began at <paramref name="start"/>, before the frame at <paramref name="time"/> came.</summary>
    public void BeginAt(long start, long time)
    {
        _start = start;
        GridTime = time / _target * _target;
    }

    /// <summary>
    /// No IDR picture is to come for a while, and nobody is to blame: segments are cut on the grid until the next one, so that they
    /// stay as even as they were.
    /// </summary>
    public void GoOnWithoutSync()
    {
        _lastSync = null;
        if (!IsOnGrid)
        {
            GoOnGrid();
        }
    }

    /// <summary>
    /// The next IDR picture may come too late for the segment: better a short segment than one that begins without. But where
    /// all are short, none is worth it.
    /// </summary>
    private bool IsLastWithinLimit(long time)
    {
        var longest = _syncIntervals.Max();
        return longest < _limit && time - _start + longest > _limit && time - _start >= _target / ShortestDivisor;
    }

    // A line that has been passed on the grid before does not count again.
    private void GoOnGrid() => (IsOnGrid, GridTime) = (true, Math.Max(GridTime, _start));

    /// <summary>
    /// Cuts at the first frame of a cell, or where the grid begins to count within one: there the frames since the line stay where they
    /// are, in renditions that are cut by <see cref="GridTime"/>, too.
    /// </summary>
    private Cut CutOnGrid(long time, long before)
    {
        if (time < ((GridTime / _target) + 1) * _target)
        {
            return Cut.None;
        }

        // A segment that began off the grid, a little before this, goes on to the next.
        var line = time / _target * _target;
        GridTime = before < line ? line : time;
        if (time - _start < _target / ShortestDivisor)
        {
            return Cut.None;
        }

        _start = time;
        return Cut.OnGrid;
    }

    private static long Ticks(TimeSpan duration) => (long)(duration.TotalSeconds * MediaClock.TicksPerSecond);
}
