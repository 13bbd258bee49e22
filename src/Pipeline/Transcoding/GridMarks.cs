namespace Streaming.Pipeline.Transcoding;

/// <summary>
/// Tells which pictures begin a cell of the key frame grid as they are shown, while they come in the order in which they are
/// decoded: each that is the first of its cell so far. Of pictures that are decoded before they are shown some too many are named.
/// </summary>
/// <param name="interval">Of the grid, in 90 kHz ticks.</param>
public sealed class GridMarks(long interval)
{
    private long _cell = long.MinValue;
    private long _first;

    /// <summary>Whether no earlier picture of its cell has come. Times in 90 kHz ticks, on the broadcast's timeline.</summary>
    public bool IsFirst(long presentationTime)
    {
        var cell = presentationTime / interval;
        if (cell < _cell || (cell == _cell && presentationTime >= _first))
        {
            return false;
        }

        (_cell, _first) = (cell, presentationTime);
        return true;
    }
}
