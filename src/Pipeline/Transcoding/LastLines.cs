namespace Streaming.Pipeline.Transcoding;

/// <summary>Reads what a program says and keeps the end of it.</summary>
internal sealed class LastLines(TextReader reader)
{
    private const int LinesMax = 4;
    private const int LineLengthMax = 200;

    private readonly Queue<string> _lines = new();

    /// <summary>The last lines in one.</summary>
    public string Text
    {
        get
        {
            lock (_lines)
            {
                return _lines.Count == 0 ? "it said nothing" : string.Join(" | ", _lines);
            }
        }
    }

    public async Task ReadAsync(CancellationToken cancellationToken)
    {
        while (await reader.ReadLineAsync(cancellationToken).ConfigureAwait(false) is { } line)
        {
            lock (_lines)
            {
                _lines.Enqueue(line.Length <= LineLengthMax ? line : line[..LineLengthMax]);
                if (_lines.Count > LinesMax)
                {
                    _lines.Dequeue();
                }
            }
        }
    }
}
