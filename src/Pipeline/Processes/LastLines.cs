using System.Globalization;

namespace Streaming.Pipeline.Processes;

/// <summary>
/// Reads all that a program says and keeps the end of it: four lines of 200 characters, without what a terminal would act on. A
/// program that says gigabytes, with line ends or without, costs no more memory than one that says little.
/// </summary>
public sealed class LastLines(TextReader reader)
{
    /// <summary>Lines that are kept.</summary>
    public const int LinesMax = 4;

    /// <summary>Characters of a line that are kept.</summary>
    public const int LineLengthMax = 200;

    private const int BlockLength = 4096;

    private readonly Queue<string> _lines = new();
    private readonly char[] _line = new char[LineLengthMax];
    private int _length;
    private long _leftOut;

    /// <summary>The last lines in one, and how many characters there were besides.</summary>
    public string Text
    {
        get
        {
            lock (_lines)
            {
                string[] all = _length > 0 ? [.. _lines, new string(_line, 0, _length)] : [.. _lines];
                var last = all[Math.Max(0, all.Length - LinesMax)..];
                var leftOut = _leftOut + all.Sum(line => line.Length) - last.Sum(line => line.Length);
                return last.Length == 0 ? "it said nothing"
                    : leftOut == 0 ? string.Join(" | ", last)
                    : string.Create(CultureInfo.InvariantCulture, $"{string.Join(" | ", last)} ({leftOut} more characters left out)");
            }
        }
    }

    /// <summary>Reads to the end.</summary>
    public async Task ReadAsync(CancellationToken cancellationToken)
    {
        var block = new char[BlockLength];
        while (await reader.ReadAsync(block, cancellationToken).ConfigureAwait(false) is > 0 and var length)
        {
            lock (_lines)
            {
                Add(block.AsSpan(0, length));
            }
        }
    }

    private void Add(ReadOnlySpan<char> said)
    {
        foreach (var character in said)
        {
            if (character is '\n' or '\r')
            {
                EndLine(); // Progress is told with a carriage return alone.
            }
            else if (_length < LineLengthMax)
            {
                _line[_length++] = IsHarmless(character) ? character : ' ';
            }
            else
            {
                _leftOut++;
            }
        }
    }

    private void EndLine()
    {
        if (_length == 0)
        {
            return;
        }

        _lines.Enqueue(new string(_line, 0, _length));
        _length = 0;
        if (_lines.Count > LinesMax)
        {
            _leftOut += _lines.Dequeue().Length;
        }
    }

    private static bool IsHarmless(char character) => char.GetUnicodeCategory(character) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.OtherNotAssigned);
}
